const HOST = /^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)?$/;
const PORT_MAX = 65_535;

export interface ReadAddresses {
  readonly peers: readonly string[];
  /** What is wrong with the first one that cannot be used; empty when all can. */
  readonly problem: string;
}

/** `HOST:PORT`, several parted by commas, spaces or lines. `:PORT` is this machine, as on the command line. */
export function readAddresses(text: string): ReadAddresses {
  const given = text.split(/[\s,;]+/).filter((part) => part !== '');
  const peers: string[] = [];
  for (const address of given) {
    const colon = address.lastIndexOf(':');
    if (colon < 0 || address.endsWith(']'))
      return refused(`"${address}" has no port: write it as HOST:PORT, such as 10.0.0.5:50101`);
    const host = address.slice(0, colon);
    const port = address.slice(colon + 1);
    if (!HOST.test(host)) return refused(`"${host}" is not the name or address of a machine`);
    if (!/^\d+$/.test(port) || Number(port) < 1 || Number(port) > PORT_MAX) {
      return refused(`"${port}" is not a port: it is a number from 1 to ${PORT_MAX}`);
    }
    const peer = `${host === '' ? '127.0.0.1' : host}:${Number(port)}`;
    if (!peers.includes(peer)) peers.push(peer);
  }
  return peers.length === 0 ? refused('name at least one agent of the cell, as HOST:PORT') : { peers, problem: '' };
}

function refused(problem: string): ReadAddresses {
  return { peers: [], problem };
}
