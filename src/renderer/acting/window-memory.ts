import type { KeptSession } from '../../contract/index.ts';

/** What outlives a reload of this window, and nothing else: another window has participants of its own. */
const PREFIX = 'synod.acting.';

const storage = typeof sessionStorage === 'undefined' ? undefined : sessionStorage;

export function remembered(name: string): string {
  return storage?.getItem(PREFIX + name) ?? '';
}

export function remember(name: string, value: string): void {
  storage?.setItem(PREFIX + name, value);
}

/** Participants of this window that had not ended, as they were last: an agent that is started again does not know them. */
export function knownOfWindow(): readonly KeptSession[] {
  return JSON.parse(remembered('known') || '[]') as readonly KeptSession[];
}

export function rememberKnown(known: readonly KeptSession[]): void {
  remember('known', JSON.stringify(known));
}

/** Under this name the agent keeps the participants of this window. Empty: it has never had one. */
export function keeperOfWindow(): string {
  return remembered('keeper');
}

/** The same, made when it is first needed. */
export function makeKeeper(): string {
  const known = keeperOfWindow();
  if (known !== '') return known;
  // Not `randomUUID`: a dashboard over plain HTTP from another machine does not have it.
  const made = [...crypto.getRandomValues(new Uint8Array(16))]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('');
  remember('keeper', made);
  return made;
}
