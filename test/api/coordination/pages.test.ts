// Guards pages of entries and proposals: everything once, in order, whatever came and went, and nothing beyond the page is read.
import { expect, test, vi } from 'vitest';
import { proposalViews } from '../../../src/agent/api/coordination/proposal-view.ts';
import { entryViews } from '../../../src/agent/api/coordination/queue-view.ts';
import type { Command } from '../../../src/agent/machine/commands.ts';
import { PROPOSALS } from '../../../src/agent/machine/proposal-types.ts';
import { type EntryState, QUEUE_ENTRIES, type QueueOutcome } from '../../../src/agent/machine/queue-types.ts';
import { LoneCell } from '../../support/lone-cell.ts';

const PATH = '/mail';
const STATES: readonly EntryState[] = ['waiting', 'ready', 'claimed', 'delayed', 'done', 'dead'];

function acting() {
  const cell = new LoneCell();
  cell.execute({ kind: 'openSession', sessionId: 'w', ttlMs: 30_000, owner: '' });
  const write = async (command: Command) =>
    (await cell.write(command, { quorum: 'majority', timeoutMs: 60_000, asSessionId: 'w' })).result;
  return { cell, write };
}

/** A hundred entries in every state there is. */
async function mixedQueue() {
  const { cell, write } = acting();
  const rest = { assignee: '', payload: Buffer.from('x'), maxAttempts: 0, backoffMs: 60_000, backoffMaxMs: 0 };
  const entries = Array.from({ length: 100 }, (_, at) => ({
    ...{ ...rest, after: [], afterInBatch: at % 10 === 9 ? [at - 1] : [] },
  }));
  await write({ kind: 'enqueue', path: PATH, entries, owner: '' });
  for (let at = 0; at < 40; at += 1) {
    const claimed = await write({ kind: 'claimEntry', path: PATH, worker: '', leaseTtlMs: 0 });
    const { token, seqs } = claimed.outcome as QueueOutcome;
    const own = { path: PATH, seq: seqs[0]!, token };
    if (at % 5 === 0) await write({ kind: 'completeEntry', ...own, result: Buffer.from('y') });
    if (at % 5 === 1) await write({ kind: 'failEntry', ...own, why: '', isRetried: false });
    if (at % 5 === 2) await write({ kind: 'failEntry', ...own, why: '', isRetried: true });
  }
  await write({ kind: 'removeEntry', path: PATH, seq: 90 });
  await write({ kind: 'requeueEntry', path: PATH, seq: 2 });
  return cell;
}

test('entries of any states come by number, page by page', async () => {
  const { machine } = await mixedQueue();
  const all = QUEUE_ENTRIES.list(machine).map(({ value }) => value);
  expect(new Set(all.map(({ state }) => state))).toEqual(new Set(STATES));
  for (let chosen = 0; chosen < 2 ** STATES.length; chosen += 1) {
    const states = STATES.filter((_, at) => (chosen & (1 << at)) !== 0);
    const wanted = all.filter(({ state }) => states.length === 0 || states.includes(state)).map(({ seq }) => seq);
    const told: number[] = [];
    for (let after = 0, isMore = true; isMore; ) {
      const { entries, more } = entryViews(machine, PATH, { states, after, limit: 7 });
      told.push(...entries.map(({ seq }) => seq));
      expect(more).toBe(told.length < wanted.length);
      isMore = more;
      after = told.at(-1) ?? 0;
    }
    expect(told).toEqual(wanted);
  }
});

test('entries in other states are not read', async () => {
  const { machine } = await mixedQueue();
  const [get, range] = [vi.spyOn(machine, 'get'), vi.spyOn(machine, 'range')];
  expect(entryViews(machine, PATH, { states: ['dead'], after: 0, limit: 3 }).more).toBe(true);
  // The queue, the page, and one that says that there is more.
  expect(get.mock.calls.length).toBe(1 + 4);
  expect(range.mock.calls.length).toBe(0);
});

test('proposals come newest first, page by page, also when old ones were forgotten', async () => {
  const { cell, write } = acting();
  const { machine } = cell;
  const propose = { isOnlyIfUnchanged: false, owner: '', why: '', quorumPerTenThousand: 5_100, timeoutMs: 60_000 };
  for (let at = 0; at < 1_300; at += 1) {
    const value = Buffer.from('v');
    const { outcome } = await write({ kind: 'propose', ...propose, key: `/k/${at % 3}`, value, electorate: ['a'] });
    const { proposal } = outcome as { readonly proposal: number };
    if (at % 100 !== 7) await write({ kind: 'withdrawProposal', proposal, by: '', why: '' });
  }
  const kept = PROPOSALS.list(machine).map(({ value }) => value);
  expect(kept.length).toBeLessThan(1_300);
  for (const [prefix, withDecided] of [
    ['', true],
    ['', false],
    ['/k/1', true],
    ['/k/1', false],
  ] as const) {
    const wanted = kept
      .filter(({ key, state }) => key.startsWith(prefix) && (withDecided || state === 'pending'))
      .map(({ proposal }) => proposal)
      .sort((a, b) => b - a);
    const told: number[] = [];
    for (let before = 0, isMore = true; isMore; ) {
      const { proposals, more } = proposalViews(machine, { prefix, withDecided, before, limit: 100 });
      told.push(...proposals.map(({ record }) => record.proposal));
      expect(more).toBe(told.length < wanted.length);
      isMore = more;
      before = told.at(-1)!;
    }
    expect(told).toEqual(wanted);
  }
  const get = vi.spyOn(machine, 'get');
  proposalViews(machine, { prefix: '', withDecided: true, before: 0, limit: 10 });
  // The page, and one that says that there is more; of pending ones the value too.
  expect(get.mock.calls.length).toBeLessThan(2 * 11);
});
