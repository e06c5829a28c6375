import type { ReadQuorum } from '../../../../contract/index.ts';
import { NO_BYTES } from '../bytes.ts';

/** A key as it stood when it was read or written. Version 0: there is no such key. */
export interface Snapshot {
  readonly version: number;
  readonly createRevision: number;
  readonly modRevision: number;
  readonly leaseId: string;
  readonly sizeBytes: number;
  readonly bytes: Uint8Array;
  /** False: `bytes` is only the beginning. */
  readonly isComplete: boolean;
  /** What it was answered from. */
  readonly slot: number;
  /** Undefined: known from the answer to a write, which is as good as a majority. */
  readonly quorum: ReadQuorum | undefined;
  readonly atMs: number;
}

/** What a person has typed. It is read only when it is needed: a value may be large. */
export interface Draft {
  readonly read: () => Uint8Array;
  /** Why it cannot be written as it is; empty: it can. */
  readonly problem: string;
}

/** A write that came too late: base is what `mine` was made from, `theirs` is what stands there now. */
export interface Race {
  readonly base: Snapshot;
  readonly theirs: Snapshot;
  readonly mine: Uint8Array;
  /** How often it was lost in a row. */
  readonly losses: number;
}

export interface EditorState {
  readonly path: string;
  readonly phase: 'none' | 'loading' | 'ready' | 'failed';
  readonly error: unknown;
  readonly loaded: Snapshot | undefined;
  readonly draft: Draft | undefined;
  /** Grows whenever the text on the screen has to be replaced. */
  readonly generation: number;
  /** The key was changed by somebody else since it was loaded. Version 0: deleted. */
  readonly elsewhere: { readonly version: number; readonly modRevision: number; readonly atMs: number } | undefined;
  readonly isSaving: boolean;
  readonly race: Race | undefined;
}

export const NOTHING_OPEN: EditorState = {
  path: '',
  phase: 'none',
  error: undefined,
  loaded: undefined,
  draft: undefined,
  generation: 0,
  elsewhere: undefined,
  isSaving: false,
  race: undefined,
};

export function absent(slot: number, quorum: ReadQuorum | undefined, atMs: number): Snapshot {
  return {
    version: 0,
    createRevision: 0,
    modRevision: 0,
    leaseId: '',
    sizeBytes: 0,
    bytes: NO_BYTES,
    isComplete: true,
    slot,
    quorum,
    atMs,
  };
}

export function opened(state: EditorState, path: string): EditorState {
  return { ...NOTHING_OPEN, path, phase: 'loading', generation: state.generation + 1 };
}

/** An answer to a read. It never replaces what a person is typing. */
export function wasLoaded(state: EditorState, loaded: Snapshot): EditorState {
  const before = state.loaded;
  if (state.draft !== undefined && before !== undefined) {
    if (loaded.modRevision === before.modRevision && loaded.version === before.version)
      return { ...state, phase: 'ready' };
    const { version, modRevision, atMs } = loaded;
    return { ...state, phase: 'ready', elsewhere: { version, modRevision, atMs } };
  }
  const isSame =
    before !== undefined &&
    before.modRevision === loaded.modRevision &&
    before.version === loaded.version &&
    before.isComplete === loaded.isComplete;
  return {
    ...state,
    phase: 'ready',
    error: undefined,
    loaded: isSame ? { ...loaded, bytes: before.bytes } : loaded,
    generation: state.generation + (isSame ? 0 : 1),
    elsewhere: undefined,
  };
}

export function loadingFailed(state: EditorState, error: unknown): EditorState {
  // What was loaded before stays on the screen.
  return { ...state, phase: state.loaded === undefined ? 'failed' : 'ready', error };
}

export function wasEdited(state: EditorState, draft: Draft | undefined): EditorState {
  return state.draft === draft ? state : { ...state, draft };
}

/** A change of this key was watched. */
export function wasChanged(
  state: EditorState,
  change: { readonly version: number; readonly modRevision: number; readonly atMs: number },
): EditorState {
  const known = Math.max(state.loaded?.modRevision ?? 0, state.elsewhere?.modRevision ?? 0);
  return state.loaded === undefined || change.modRevision <= known ? state : { ...state, elsewhere: change };
}

export function isSaving(state: EditorState): EditorState {
  return { ...state, isSaving: true };
}

export function savingFailed(state: EditorState): EditorState {
  return { ...state, isSaving: false };
}

/** The write was done: what was written is what is shown, as the answer tells it. What was typed since stays. */
export function wasSaved(state: EditorState, saved: Snapshot, written: Draft | undefined): EditorState {
  const { elsewhere } = state;
  const isTypedOn = state.draft !== undefined && state.draft !== written;
  return {
    ...state,
    phase: 'ready',
    error: undefined,
    loaded: saved,
    draft: isTypedOn ? state.draft : undefined,
    isSaving: false,
    race: undefined,
    // The watch may have told the own write before its answer came.
    elsewhere: elsewhere !== undefined && elsewhere.modRevision > saved.modRevision ? elsewhere : undefined,
  };
}

/** Somebody else was first: nothing was written. */
export function wasLost(state: EditorState, base: Snapshot, theirs: Snapshot, mine: Uint8Array): EditorState {
  const losses = (state.race?.losses ?? 0) + 1;
  return { ...state, isSaving: false, race: { base, theirs, mine, losses } };
}

export function tookTheirs(state: EditorState): EditorState {
  if (state.race === undefined) return state;
  const { theirs } = state.race;
  return {
    ...state,
    loaded: theirs,
    draft: undefined,
    race: undefined,
    elsewhere: undefined,
    generation: state.generation + 1,
  };
}

/** Back to typing, with nothing decided: the next write loses again, and asks again. */
export function closedRace(state: EditorState): EditorState {
  return { ...state, race: undefined };
}

export function discarded(state: EditorState): EditorState {
  return { ...state, draft: undefined, generation: state.generation + 1 };
}

/** Edited, not saved: leaving would lose it. */
export function isDirty({ draft }: EditorState): boolean {
  return draft !== undefined;
}
