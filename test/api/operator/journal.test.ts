/**
 * Guards the journal as operators see it: every slot that is kept, decoded, with what is chosen and applied; a line per
 * entry however large it is, and all of it when one entry is asked for; bytes as text wherever they are text.
 */
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { encodeConfiguration } from '../../../src/agent/consensus/configuration.ts';
import type { Entry, JournalEntry } from '../../../src/agent/consensus/types.ts';
import { encodeBundle } from '../../../src/agent/host/bundle-codec.ts';
import { summaryOf } from '../../../src/agent/journal-summary.ts';
import { createJournalView } from '../../../src/agent/journal-view.ts';
import type { Command } from '../../../src/agent/machine/commands.ts';
import { put } from '../../support/memory-cell.ts';
import { OperatedCell, PATIENCE, refusalOf } from '../../support/operated-cell.ts';

let cell: OperatedCell;
beforeAll(async () => {
  cell = await OperatedCell.of(2);
}, 60_000);
afterAll(() => cell.close());

const ballot = { round: 4, agentId: 'a' };
const nameOf = (agentId: string): string => ({ a: 'Ada', b: 'Ben', c: 'Cyd' })[agentId] ?? agentId;
const entry = (kind: Entry['kind'], payload: Uint8Array): Entry => ({
  kind,
  origin: ballot,
  stampMs: 1,
  requestId: '',
  payload,
});
const bundleOf = (...commands: Command[]): Entry =>
  entry(
    'command',
    encodeBundle(
      commands.map((command, index) => ({ sessionId: 's', sequence: index, ackedBelow: 0, digest: 0, command })),
    ),
  );
const version = (key: string): Command => ({
  kind: 'compareAndWrite',
  key,
  expected: { kind: 'version', version: 3 },
  value: undefined,
  leaseId: '',
});

test('a line says what an entry does', () => {
  const line = (...commands: Command[]): string => summaryOf(bundleOf(...commands), nameOf);
  expect(line(put('/greeting', 'hello'))).toBe('put /greeting (5 bytes)');
  expect(line(put('/one', 'x'))).toBe('put /one (1 byte)');
  expect(line(version('/c'))).toBe('compareAndWrite /c (delete) if it has version 3');
  expect(line(put('/a', ''), put('/b', ''), version('/c'))).toBe('3 requests: put /a, put /b, compareAndWrite /c');
  expect(line({ kind: 'deleteRange', start: '/jobs/', end: '/jobs0', returnPrevious: false })).toBe(
    'deleteRange /jobs/*',
  );
  expect(summaryOf(entry('noop', new Uint8Array()), nameOf)).toBe('no-op of ballot 4·Ada');
  const participants = [
    { agentId: 'a', role: 'voter' as const },
    { agentId: 'b', role: 'voter' as const },
    { agentId: 'c', role: 'learner' as const },
  ];
  expect(summaryOf(entry('configuration', encodeConfiguration({ epoch: 7, participants })), nameOf)).toBe(
    'configuration 7: voters Ada, Ben; learners Cyd',
  );
});

test('a line stays a line, and says how much it leaves out', () => {
  const many = summaryOf(bundleOf(...Array.from({ length: 128 }, (_, index) => put(`/jobs/${index}`, ''))), nameOf);
  const named = [...many.matchAll(/put \/jobs\/\d+/g)].length;
  expect(many).toMatch(/^128 requests: put \/jobs\/0, /);
  expect(many).toContain(`… ${128 - named} more`);
  expect(many.length).toBeLessThan(250);
  expect(summaryOf(bundleOf(put(`/${'x'.repeat(1_000)}`, 'v')), nameOf).length).toBeLessThanOrEqual(200);
});

test('an entry is whole, and only what is no text becomes base64', () => {
  const large = 'y'.repeat(300_000);
  const text = 'line\n\u0000ünï';
  const command: Command = {
    kind: 'transact',
    compare: [
      {
        start: '/c',
        end: '',
        target: 'value',
        operator: 'equal',
        value: Buffer.from('ff00', 'hex'),
        number: 0,
        leaseId: '',
      },
    ],
    then: [put('/large', large) as never, put('/text', text) as never],
    otherwise: [],
  };
  const items = new Map<number, JournalEntry>([
    [5, { slot: 5, ballot, entry: bundleOf(command) }],
    [6, { slot: 6, ballot, entry: entry('noop', new Uint8Array()) }],
  ]);
  const view = createJournalView({
    disk: {
      found: { promised: ballot, floor: 5, end: 6, chosenThrough: 5 },
      read: (from, through) => [...items.values()].filter(({ slot }) => slot >= from && slot <= through),
    },
    status: () => ({ chosenThrough: 5, applied: 4 }) as never,
    nameOf,
  });
  const found = view.entry(5)!;
  expect(found.payload).toMatchObject([
    {
      sessionId: 's',
      command: {
        compare: [{ start: '/c', value: { base64: '/wA=' } }],
        then: [{ key: '/large', value: { text: large } }, { value: { text } }],
      },
    },
  ]);
  expect(found.paths).toEqual(['/c', '/large', '/text']);
  expect(found.entry).toMatchObject({ chosen: true, applied: false, requests: 1 });
  expect(view.list(0, 10).map(({ slot, chosen }) => [slot, chosen])).toEqual([
    [5, true],
    [6, false],
  ]);
  expect(view.list(0, 1).map(({ slot }) => slot)).toEqual([6]);
  expect(view.list(1, 1).map(({ slot }) => slot)).toEqual([5]);
  expect([view.entry(4), view.entry(7)]).toEqual([undefined, undefined]);
});

test('every agent shows the same slots, from the founding on', async () => {
  const { result } = await cell.agents[0]!.cell.write(put('/greeting', 'hello'), {
    quorum: 'majority',
    timeoutMs: 20_000,
  });
  const slot = (result as { slot: number }).slot;
  const listOf = async (index: number) => {
    const { bounds, entries } = await cell.client(index).journal.list({ fromSlot: 1, limit: 1_000 });
    expect(bounds).toMatchObject({ floor: 1 });
    expect(entries.map((each) => each.slot)).toEqual(entries.map((_, at) => at + 1));
    return entries.slice(0, slot);
  };
  await vi.waitFor(async () => {
    const [here, there] = await Promise.all([listOf(0), listOf(1)]);
    expect(there.every(({ chosen, applied }) => chosen && applied)).toBe(true);
    expect(there.map(({ summary, origin }) => [summary, origin])).toEqual(
      here.map(({ summary, origin }) => [summary, origin]),
    );
    expect(here[0]!.summary).toMatch(/^configuration 1: voters /);
    expect(here.some(({ kind }) => kind === 'noop')).toBe(true);
  }, PATIENCE);
  const whole = await cell.client(1).journal.entry({ slot });
  expect(whole.entry.summary).toBe('put /greeting (5 bytes)');
  expect(whole.paths).toEqual(['/greeting']);
  expect(whole.payload).toMatchObject([{ command: { kind: 'put', key: '/greeting', value: { text: 'hello' } } }]);
  const first = await cell.client(0).journal.entry({ slot: 1 });
  expect(first.payload).toMatchObject({ epoch: 1, participants: [{ name: cell.agents[0]!.name, role: 'voter' }] });
  const refused = await refusalOf(cell.client(0).journal.entry({ slot: 999_999 }));
  expect(refused).toMatchObject({ code: 'NOT_FOUND', reason: 'NOT_FOUND' });
  expect(refused.message).toMatch(/^slot 999999 is not in the journal of this agent: it keeps 1 to \d+$/);
});
