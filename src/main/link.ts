/** A `synod://` link, as far as it was understood. It comes from anybody: it is shown, and nothing else. */
export interface OpenedLink {
  readonly peers: string[];
  /** What it asks for, in one sentence. */
  readonly text: string;
}

const LENGTH_MAX = 2_048;
const PEERS_MAX = 16;
const HOST_LENGTH_MAX = 253;

/** `synod://join?peer=HOST:PORT`, `peer` repeatable; undefined for anything else, however close. */
export function readLink(given: unknown): OpenedLink | undefined {
  if (typeof given !== 'string' || given.length > LENGTH_MAX || !/^[\x21-\x7e]+$/.test(given)) return undefined;
  if (!URL.canParse(given)) return undefined;
  const url = new URL(given);
  const { protocol, host, pathname, username, password, hash, searchParams } = url;
  if (protocol !== 'synod:' || host !== 'join' || !['', '/'].includes(pathname)) return undefined;
  if (username !== '' || password !== '' || hash !== '') return undefined;
  if ([...searchParams.keys()].some((key) => key !== 'peer')) return undefined;
  const peers = [...new Set(searchParams.getAll('peer'))];
  if (peers.length === 0 || peers.length > PEERS_MAX || !peers.every(isAddress)) return undefined;
  return { peers, text: `A link asks to join the cell of ${peers.join(', ')}.` };
}

/** The link among the arguments of a program, as Windows and Linux pass it. */
export function linkAmong(args: readonly string[]): string | undefined {
  return args.find((arg) => /^synod:/i.test(arg));
}

function isAddress(text: string): boolean {
  const parts = /^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+):(\d{1,5})$/.exec(text);
  if (parts === null) return false;
  const [, host, port] = parts;
  return host!.length <= HOST_LENGTH_MAX && Number(port) >= 1 && Number(port) <= 65_535;
}
