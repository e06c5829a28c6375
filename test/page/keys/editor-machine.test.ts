/**
 * Guards what becomes of a person's edit: nothing that is typed is replaced by what comes from elsewhere, a lost race asks and
 * can be lost again and again, and one's own write is never taken for somebody else's.
 */
import { expect, test } from 'vitest';
import { encodeText } from '../../../src/renderer/panels/keys/bytes.ts';
import type { Draft, EditorState, Snapshot } from '../../../src/renderer/panels/keys/value/editor-machine.ts';
import * as machine from '../../../src/renderer/panels/keys/value/editor-machine.ts';

function snapshot(version: number, text: string, modRevision = version * 10): Snapshot {
  const bytes = encodeText(text);
  const about = {
    createRevision: 10,
    modRevision,
    leaseId: '',
    slot: modRevision,
    quorum: 'majority' as const,
    atMs: 0,
  };
  return { version, bytes, sizeBytes: bytes.length, isComplete: true, ...about };
}

function draft(text: string): Draft {
  return { read: () => encodeText(text), problem: '' };
}

const text = (bytes: Uint8Array | undefined): string => new TextDecoder().decode(bytes);
const opened = machine.wasLoaded(machine.opened(machine.NOTHING_OPEN, '/a'), snapshot(1, 'one'));
const edited = machine.wasEdited(opened, draft('mine'));

function lost(state: EditorState, theirs: Snapshot, mine = 'mine', base = state.loaded!): EditorState {
  return machine.wasLost(machine.isSaving(state), base, theirs, encodeText(mine));
}

test('while nobody types, a newer value is shown', () => {
  const state = machine.wasLoaded(opened, snapshot(2, 'two'));
  expect(text(state.loaded?.bytes)).toBe('two');
  expect(state.generation).toBe(opened.generation + 1);
});

test('the same value read again does not disturb the screen', () => {
  const state = machine.wasLoaded(opened, { ...snapshot(1, 'one'), slot: 99, atMs: 5 });
  expect(state.generation).toBe(opened.generation);
  expect(state.loaded?.slot).toBe(99);
});

test('the rest of a large value replaces its beginning', () => {
  const part = machine.wasLoaded(machine.opened(opened, '/b'), { ...snapshot(1, 'on'), isComplete: false });
  expect(text(machine.wasLoaded(part, snapshot(1, 'one')).loaded?.bytes)).toBe('one');
});

test('while somebody types, a newer value is told and not shown', () => {
  for (const state of [
    machine.wasChanged(edited, { version: 2, modRevision: 20, atMs: 1 }),
    machine.wasLoaded(edited, snapshot(2, 'two')),
  ]) {
    expect(state.elsewhere).toMatchObject({ version: 2, modRevision: 20 });
    expect(text(state.loaded?.bytes)).toBe('one');
    expect(text(state.draft?.read())).toBe('mine');
    expect(state.generation).toBe(edited.generation);
  }
});

test('a key that was deleted and made again is another one, whatever its version', () => {
  const state = machine.wasLoaded(edited, snapshot(1, 'again', 40));
  expect(state.elsewhere).toMatchObject({ version: 1, modRevision: 40 });
});

test('what is known already is no news', () => {
  expect(machine.wasChanged(edited, { version: 1, modRevision: 10, atMs: 1 })).toBe(edited);
});

test('a write that succeeds shows what was written', () => {
  const saved = machine.wasSaved(machine.isSaving(edited), snapshot(2, 'mine'), edited.draft);
  expect(saved).toMatchObject({ draft: undefined, isSaving: false, elsewhere: undefined });
  expect(text(saved.loaded?.bytes)).toBe('mine');
  expect(saved.generation).toBe(edited.generation);
});

test('the own write is not told as somebody else’s, though the watch tells it first', () => {
  const watched = machine.wasChanged(machine.isSaving(edited), { version: 2, modRevision: 20, atMs: 1 });
  expect(machine.wasSaved(watched, snapshot(2, 'mine'), edited.draft).elsewhere).toBeUndefined();
});

test('somebody else’s write behind the own one is told', () => {
  const watched = machine.wasChanged(machine.isSaving(edited), { version: 3, modRevision: 30, atMs: 1 });
  expect(machine.wasSaved(watched, snapshot(2, 'mine'), edited.draft).elsewhere).toMatchObject({ version: 3 });
});

test('what is typed while it is written is kept', () => {
  const typedOn = machine.wasEdited(machine.isSaving(edited), draft('mine, and more'));
  const saved = machine.wasSaved(typedOn, snapshot(2, 'mine'), edited.draft);
  expect(text(saved.draft?.read())).toBe('mine, and more');
  expect(text(saved.loaded?.bytes)).toBe('mine');
});

test('a lost race has base, theirs and mine, and loses nothing', () => {
  const state = lost(edited, snapshot(2, 'theirs'));
  expect(text(state.race?.base.bytes)).toBe('one');
  expect(text(state.race?.theirs.bytes)).toBe('theirs');
  expect(text(state.race?.mine)).toBe('mine');
  expect(text(state.draft?.read())).toBe('mine');
  expect(state.race?.losses).toBe(1);
});

test('theirs can be taken', () => {
  const state = machine.tookTheirs(lost(edited, snapshot(2, 'theirs')));
  expect(state).toMatchObject({ draft: undefined, race: undefined, elsewhere: undefined });
  expect(text(state.loaded?.bytes)).toBe('theirs');
  expect(state.generation).toBe(edited.generation + 1);
});

test('mine can be kept, and the race be lost again and again', () => {
  const first = lost(edited, snapshot(2, 'theirs'));
  const second = lost(first, snapshot(3, 'theirs again'), 'mine', first.race!.theirs);
  expect(second.race).toMatchObject({ losses: 2, base: { version: 2 }, theirs: { version: 3 } });
  const won = machine.wasSaved(machine.isSaving(second), snapshot(4, 'mine'), edited.draft);
  expect(won).toMatchObject({ race: undefined, draft: undefined, loaded: { version: 4 } });
});

test('one can go back to the text; saving then expects what it expected before', () => {
  const state = machine.closedRace(lost(edited, snapshot(2, 'theirs')));
  expect(state).toMatchObject({ race: undefined, isSaving: false, loaded: { version: 1 } });
  expect(text(state.draft?.read())).toBe('mine');
});

test('a key that was deleted meanwhile is a race too', () => {
  const state = lost(edited, machine.absent(30, undefined, 0));
  expect(state.race?.theirs).toMatchObject({ version: 0, sizeBytes: 0 });
});

test('a failed read keeps what is shown; without anything shown it is told alone', () => {
  expect(machine.loadingFailed(edited, 'x')).toMatchObject({ phase: 'ready', error: 'x', loaded: { version: 1 } });
  expect(machine.loadingFailed(machine.opened(opened, '/b'), 'x')).toMatchObject({ phase: 'failed' });
});

test('discarding goes back to what was loaded', () => {
  const state = machine.discarded(edited);
  expect(state.draft).toBeUndefined();
  expect(state.generation).toBe(edited.generation + 1);
});
