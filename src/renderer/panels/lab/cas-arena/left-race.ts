import { create } from 'zustand';
import type { KeyItem } from '../../../../contract/index.ts';
import { remember, remembered } from '../../../acting/window-memory.ts';
import { client } from '../../../connection/connection-store.ts';
import { Refusal } from '../../../connection/failure.ts';

/** A race of this window that has not been ended. Whoever makes its key anew has another one. */
export interface Race {
  readonly path: string;
  readonly createRevision: number;
}

const NAME = 'arena';

/** A race from before this page was loaded again, whose key may be there still. */
export const useLeftRace = create<{ readonly race: Race | undefined }>(() => ({ race: raceOf(remembered(NAME)) }));

function raceOf(text: string): Race | undefined {
  const at = text.indexOf(' ');
  return at < 0 ? undefined : { createRevision: Number(text.slice(0, at)), path: text.slice(at + 1) };
}

/** Found again when this page is loaded again before its end. */
export function rememberRace({ path, createRevision }: Race): void {
  remember(NAME, `${createRevision} ${path}`);
}

export function forgetRace(): void {
  remember(NAME, '');
  useLeftRace.setState({ race: undefined });
}

export function isOfRace(item: KeyItem | null, { createRevision }: Race): item is KeyItem {
  return item !== null && item.createRevision === createRevision;
}

/** Deletes its key, unless that is another one by now. */
export async function removeLeftRace(): Promise<void> {
  const { race } = useLeftRace.getState();
  if (race === undefined) return;
  const { keys } = client();
  const { item } = await keys.get({ path: race.path });
  if (isOfRace(item, race)) {
    const { version } = item;
    const { succeeded } = await keys.compareAndWrite({ path: race.path, expected: { version }, value: null });
    if (!succeeded) throw new Refusal('KEY_CHANGED', `${race.path} was written just now, and stays. Try again.`);
  }
  forgetRace();
}
