import { create } from 'zustand';
import type { KeyChange, KeyItem, ReadQuorum } from '../../../../contract/index.ts';
import { act } from '../../../activity/activity-store.ts';
import { client } from '../../../connection/connection-store.ts';
import { bytesOf, wireOf } from '../bytes.ts';
import type { Draft, EditorState, Snapshot } from './editor-machine.ts';
import * as machine from './editor-machine.ts';

/** Above this only the beginning of a value is shown until all of it is asked for. */
export const SHOWN_BYTES_MAX = 64 * 1024;

/** The key that is open, with what a person has typed. */
export const useEditor = create<EditorState>(() => machine.NOTHING_OPEN);

function step(next: (state: EditorState) => EditorState): void {
  useEditor.setState(next, true);
}

let reading: AbortController | undefined;

export function snapshotOf(item: KeyItem | null, slot: number, quorum: ReadQuorum | undefined): Snapshot {
  const atMs = Date.now();
  if (item === null) return machine.absent(slot, quorum, atMs);
  const { version, createRevision, modRevision, leaseId, sizeBytes, truncated } = item;
  const bytes = bytesOf(item.value);
  return {
    version,
    createRevision,
    modRevision,
    leaseId,
    sizeBytes,
    bytes,
    isComplete: !truncated,
    slot,
    quorum,
    atMs,
  };
}

/** Opens a key; what was typed into another one is gone: whoever calls has asked. */
export function openKey(path: string, quorum: ReadQuorum): void {
  if (useEditor.getState().path === path && useEditor.getState().phase !== 'failed') return;
  step((state) => machine.opened(state, path));
  void readKey(quorum);
}

export function closeKey(): void {
  reading?.abort();
  step(() => machine.NOTHING_OPEN);
}

/** Reads the open key again: all of it, or, of a large value that was not asked for, the beginning. */
export async function readKey(quorum: ReadQuorum, isWhole = isShownWhole()): Promise<void> {
  reading?.abort();
  const stop = new AbortController();
  reading = stop;
  const { path } = useEditor.getState();
  const valueBytesMax = isWhole ? 0 : SHOWN_BYTES_MAX;
  try {
    const { item, slot } = await client().keys.get({ path, quorum, valueBytesMax }, { signal: stop.signal });
    if (!stop.signal.aborted) step((state) => machine.wasLoaded(state, snapshotOf(item, slot, quorum)));
  } catch (error) {
    if (!stop.signal.aborted) step((state) => machine.loadingFailed(state, error));
  }
}

function isShownWhole(): boolean {
  const { loaded } = useEditor.getState();
  return loaded?.isComplete === true && loaded.sizeBytes > SHOWN_BYTES_MAX;
}

export function edit(draft: Draft | undefined): void {
  step((state) => machine.wasEdited(state, draft));
}

/** A draft that was not typed: the editor shows it anew. */
export function replaceDraft(draft: Draft): void {
  step((state) => ({ ...machine.wasEdited(state, draft), generation: state.generation + 1 }));
}

export function discard(): void {
  step(machine.discarded);
}

/** A watched change of any key. When nobody types, the new value is read and shown. */
export function keyChanged(changes: readonly KeyChange[], quorum: ReadQuorum): void {
  const { path, isSaving } = useEditor.getState();
  const change = changes.findLast(({ item }) => item.path === path);
  if (change === undefined) return;
  const { kind, item } = change;
  const version = kind === 'delete' ? 0 : item.version;
  step((state) => machine.wasChanged(state, { version, modRevision: item.modRevision, atMs: Date.now() }));
  const { elsewhere, draft, race } = useEditor.getState();
  if (elsewhere !== undefined && draft === undefined && race === undefined && !isSaving) void readKey(quorum);
}

/** Writes what was typed, if the key still stands as it was loaded. */
export async function save(): Promise<void> {
  const { loaded, draft, isSaving } = useEditor.getState();
  if (loaded === undefined || draft === undefined || isSaving || !loaded.isComplete) return;
  await write(loaded, draft.read(), draft);
}

/**
 * Writes a value expecting the key as it stood at `base`. When that does not hold any more nothing is written, and the
 * person chooses between base, theirs and mine.
 *
 * @returns whether it was written
 */
export async function write(base: Snapshot, mine: Uint8Array, draft?: Draft, leaseId = base.leaseId): Promise<boolean> {
  const { path } = useEditor.getState();
  step(machine.isSaving);
  const outcome = await act(
    `Write ${path}`,
    () => client().keys.compareAndWrite({ path, expected: { version: base.version }, value: wireOf(mine), leaseId }),
    ({ succeeded, revision }) => (succeeded ? `revision ${revision}` : 'nothing was written: it was changed meanwhile'),
    ({ succeeded }) => succeeded,
  );
  // Another key may have been opened meanwhile.
  if (useEditor.getState().path !== path) return outcome?.succeeded === true;
  if (outcome === undefined) {
    step(machine.savingFailed);
    return false;
  }
  const { succeeded, revision, slot, current } = outcome;
  if (!succeeded) {
    step((state) => machine.wasLost(state, base, snapshotOf(current, slot, undefined), mine));
    return false;
  }
  const saved: Snapshot = {
    version: base.version + 1,
    createRevision: base.version === 0 ? revision : base.createRevision,
    modRevision: revision,
    leaseId,
    sizeBytes: mine.length,
    bytes: mine,
    isComplete: true,
    slot,
    quorum: undefined,
    atMs: Date.now(),
  };
  step((state) => machine.wasSaved(state, saved, draft));
  // What was written by a restore or a merge is not what stands in the editor.
  if (draft === undefined) step((state) => ({ ...state, draft: undefined, generation: state.generation + 1 }));
  return true;
}

export function takeTheirs(): void {
  step(machine.tookTheirs);
}

/** Writes mine, or what was merged by hand, over theirs, if theirs still stands. It can be lost again. */
export async function writeOverTheirs(merged?: Uint8Array): Promise<void> {
  const { race } = useEditor.getState();
  if (race !== undefined) await write(race.theirs, merged ?? race.mine);
}

/** Back to the editor with what was typed. */
export function closeRace(): void {
  step(machine.closedRace);
}
