/**
 * Guards what the Queues panel says of entries: which are shown, that a list never looks whole when it is not, what an entry
 * waits for and what waits for it however many there are, and what a person may write to add some.
 */
import { expect, test } from 'vitest';
import type { EntryList, EntryState, ListedEntry } from '../../../src/contract/index.ts';
import { draftBytes, draftProblem, inForm } from '../../../src/renderer/panels/keys/value/bytes-draft.ts';
import { NOT_SEARCHED, searchDependents, statesOf } from '../../../src/renderer/panels/queues/dependencies.ts';
import {
  draftsProblem,
  entriesOf,
  letterOf,
  newDraft,
  parseAfter,
  USUAL_RETRY,
} from '../../../src/renderer/panels/queues/dialogs/enqueue-draft.ts';
import { pageText } from '../../../src/renderer/panels/queues/entry-page.ts';
import {
  formatStates,
  OPEN_STATES,
  parseStates,
  toggleState,
} from '../../../src/renderer/panels/queues/entry-states.ts';
import { entriesText, entryRemark, payloadText } from '../../../src/renderer/panels/queues/entry-words.ts';

function entry(seq: number, change: Partial<ListedEntry> = {}): ListedEntry {
  return {
    seq,
    state: 'ready',
    owner: '',
    assignee: '',
    after: [],
    open: 0,
    attempts: 0,
    maxAttempts: 5,
    backoffMs: 1_000,
    backoffMaxMs: 60_000,
    token: 0,
    sessionId: '',
    worker: '',
    leaseTtlMs: 0,
    delayMs: 0,
    payloadBytes: 1,
    payloadHead: null,
    progressBytes: 0,
    resultBytes: 0,
    queuedMs: 1,
    queuedSlot: 1,
    claimedMs: 0,
    claimedSlot: 0,
    ended: null,
    ...change,
  };
}

/** Answers as the agent does, at most `pageMax` at once, and counts what it was asked. */
function queueOf(entries: readonly ListedEntry[], pageMax: number) {
  const asked: number[] = [];
  const ask = async (after: number, limit: number, states: EntryState[]): Promise<EntryList> => {
    asked.push(after);
    const matching = entries.filter(({ seq, state }) => seq > after && (states.length === 0 || states.includes(state)));
    const page = matching.slice(0, Math.min(limit, pageMax));
    return { queue: null, entries: page, more: page.length < matching.length, slot: 1 };
  };
  return { ask, asked };
}

test('what is open is shown unless something else is asked for, and the last state that is taken away leaves it', () => {
  expect(parseStates('')).toEqual(OPEN_STATES);
  expect(OPEN_STATES).not.toContain('done');
  expect(formatStates(OPEN_STATES)).toBe('');
  expect(parseStates(formatStates(toggleState(OPEN_STATES, 'done')))).toContain('done');
  expect(parseStates('dead,nonsense')).toEqual(['dead']);
  expect(toggleState(['dead'], 'dead')).toEqual(OPEN_STATES);
});

test('a page says where it begins, and that more follow', () => {
  const list = { queue: null, entries: [entry(201), entry(205)], more: true, slot: 1 };
  expect(pageText(list, 200, false)).toBe(
    '2 entries, numbers 201 to 205; those up to 200 are not listed here; more follow.',
  );
  expect(pageText({ ...list, more: false }, 0, false)).toBe('2 entries, numbers 201 to 205.');
});

test('what an entry waits for is told for all of it, over pages, and what is gone is called gone', async () => {
  const there = [1, 2, 5, 9].map((seq) => entry(seq, { state: seq === 2 ? 'dead' : 'done' }));
  const { ask, asked } = queueOf(there, 2);
  expect(await statesOf([9, 2, 4], ask)).toEqual([
    { seq: 2, state: 'dead' },
    { seq: 4, state: 'gone' },
    { seq: 9, state: 'done' },
  ]);
  expect(asked).toEqual([1, 8]);
});

test('what waits for an entry is looked for a page at a time, and it is known how far', async () => {
  const waiting = [10, 11, 12].map((seq) => entry(seq, { state: 'waiting', after: [seq === 11 ? 4 : 3], open: 1 }));
  const { ask } = queueOf([entry(3), entry(4), ...waiting], 2);
  const first = await searchDependents(3, NOT_SEARCHED, ask);
  expect(first).toMatchObject({ searched: 2, next: 11 });
  const whole = await searchDependents(3, first, ask);
  expect(whole.entries.map(({ seq }) => seq)).toEqual([10, 12]);
  expect(whole).toMatchObject({ searched: 3, next: undefined });
});

test('a row tells the beginning of the payload in one line, as text or as bytes, and what there is to know of its state', () => {
  const told = (payloadHead: ListedEntry['payloadHead'], payloadBytes: number) =>
    payloadText(entry(1, { payloadHead, payloadBytes }));
  expect(told({ text: '{\n  "a": 1\n}' }, 12)).toBe('{ "a": 1 }');
  expect(told({ text: 'fetch' }, 9)).toBe('fetch…');
  expect(told({ base64: 'AP8=' }, 2)).toBe('00 ff');
  expect(told({ text: '\0' }, 1)).toBe('00');
  expect(told({ text: '' }, 0)).toBe('no payload');
  expect(told(null, 2_048)).toBe('2.0 KiB');

  const ended = { kind: 'failed', token: 7, worker: 'w', why: 'no disk', slot: 9, atMs: 0 } as const;
  expect(entryRemark(entry(1), 0)).toBe('for any worker');
  expect(entryRemark(entry(1, { owner: 'shop', assignee: 'ann' }), 0)).toBe('only for ann · added by shop');
  expect(entryRemark(entry(1, { state: 'delayed', delayMs: 2_000, ended }), 0)).toMatch(
    /^not before ..:..:02 · failed: no disk$/,
  );
  expect(entryRemark(entry(1, { state: 'claimed', progressBytes: 3 }), 0)).toBe('at a checkpoint');
  const done = entry(1, { state: 'done', resultBytes: 4, ended: { ...ended, kind: 'completed' } });
  expect(entryRemark(done, 0)).toBe('by w · result of 4 B');
});

test('entries of one step name each other by letters, and those of the queue by numbers', () => {
  expect([0, 25, 26, 51, 52].map(letterOf)).toEqual(['A', 'Z', 'AA', 'AZ', 'BA']);
  expect(parseAfter('3, a 12', 2)).toEqual({ kind: 'after', after: [3, 12], afterInBatch: [0] });
  expect(parseAfter('C', 2)).toMatchObject({ kind: 'problem' });
  expect(parseAfter('0', 1)).toMatchObject({ kind: 'problem' });
  const drafts = [newDraft(1, [7]), { ...newDraft(2), after: 'A', payload: { form: 'hex' as const, text: '00 ff' } }];
  expect(draftsProblem(drafts, USUAL_RETRY)).toBe('');
  expect(entriesOf(drafts, { ...USUAL_RETRY, backoffSeconds: '0.5' })).toMatchObject([
    { payload: { text: '' }, after: [7], afterInBatch: [], backoffMs: 500 },
    { payload: { base64: 'AP8=' }, after: [], afterInBatch: [0], maxAttempts: 5 },
  ]);
  expect(draftsProblem([drafts[0]!, { ...drafts[1]!, after: 'D' }], USUAL_RETRY)).toMatch(/^B: "D" names no entry/);
  expect(draftsProblem(drafts, { ...USUAL_RETRY, maxAttempts: 'x' })).toMatch(/whole number/);
});

test('bytes are typed as text or hex, and what is no text stays hex', () => {
  expect(inForm({ form: 'text', text: 'hi' }, 'hex')).toEqual({ form: 'hex', text: '68 69' });
  expect(inForm({ form: 'hex', text: '68 69' }, 'text')).toEqual({ form: 'text', text: 'hi' });
  expect(draftProblem({ form: 'hex', text: '6' })).not.toBe('');
  expect(draftBytes({ form: 'hex', text: 'zz' })).toBeUndefined();
});

test('an entry says in one line why it stands where it stands', () => {
  const failed = { kind: 'failed', token: 3, worker: 'w', why: 'no disk', slot: 9, atMs: 2 } as const;
  expect(entryRemark(entry(5, { state: 'waiting', after: [1, 2, 3], open: 2 }), 0)).toBe(
    'waits for 2 of 3: 1, 2 and 3',
  );
  expect(entryRemark(entry(5, { state: 'dead', ended: failed }), 0)).toBe('failed: no disk');
  expect(entryRemark(entry(5, { assignee: 'ann' }), 0)).toBe('only for ann');
  expect(entriesText([1, 2, 3, 4, 5, 6, 7, 8])).toBe('1, 2, 3, 4, 5 and 3 more');
});
