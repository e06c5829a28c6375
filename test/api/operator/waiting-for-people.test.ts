// Guards the count of what waits for a person: complete however much there is, and kept up by what changes.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { CellError } from '../../../src/agent/host/cell-port.ts';
import { QUEUES } from '../../../src/agent/machine/queue-types.ts';
import type { OperatorClient } from '../../../src/contract/index.ts';
import { type ServedOperator, serveOperator } from '../../support/served-operator.ts';

const PATIENCE = { timeout: 20_000, interval: 10 };
const text = (value: string) => ({ text: value });

let served: ServedOperator;
let client: OperatorClient;
beforeEach(async () => {
  served = await serveOperator();
  client = served.client('http');
});
afterEach(async () => {
  await served.stop();
  expect(served.bugs).toEqual([]);
});

test('how much waits for a person is told with the cell, and again when it changes', async () => {
  const path = '/jobs';
  const unknown = async (work: string): Promise<void> => {
    const { sessionId } = await client.sessions.open({});
    await client.once.claim({ path: work, onDeath: 'ask', as: { sessionId } });
    await client.sessions.end({ sessionId });
  };
  const dead = async (): Promise<number> => {
    const { sessionId } = await client.sessions.open({});
    const as = { sessionId };
    const { seqs, token } = await client.queues.claim({ path, as });
    await client.queues.fail({ path, seq: seqs[0]!, token, isRetried: false, as });
    return seqs[0]!;
  };
  // More than are looked at in one turn of the loop.
  for (let at = 0; at < 300; at += 1) {
    const claim = { kind: 'claimOnce', path: `/many/${at}`, onDeath: 'ask', owner: '' } as const;
    served.cell.execute({ kind: 'openSession', sessionId: `s${at}`, ttlMs: 60_000, owner: '' });
    void served.cell.write(claim, {
      quorum: 'majority',
      timeoutMs: 1_000,
      session: { id: `s${at}`, sequence: 1, ackedBelow: 0 },
    });
  }
  await vi.waitUntil(() => served.cell.waitingWrites === 0, PATIENCE);
  served.cell.execute({ kind: 'endSession', sessionId: 's99' });
  await client.queues.enqueue({ path, entries: [{ payload: text('a') }, { payload: text('b') }] });
  await dead();

  const watch = vi.spyOn(served.cell, 'watch');
  const stop = new AbortController();
  const events = await client.cell.watch(undefined, { signal: stop.signal });
  const told: unknown[] = [];
  const done = (async () => {
    for await (const { waiting } of events) told.push(waiting);
  })().catch(() => undefined);
  const isTold = (unknownWorks: number, deadEntries: number) =>
    vi.waitUntil(() => JSON.stringify(told.at(-1)) === JSON.stringify({ unknownWorks, deadEntries }), PATIENCE);
  await isTold(1, 1);
  await unknown('/a');
  const second = await dead();
  await isTold(2, 2);
  const isOfQueues = watch.mock.calls.findIndex(([{ start }]) => start === QUEUES.keyOf(''));
  watch.mock.results[isOfQueues]!.value.cancel();
  watch.mock.calls[isOfQueues]![1].cut(new CellError('SLOW_WATCHER', 'too slow'), 0);
  await client.once.resolve({ path: '/many/99', isDone: false, by: 'carla' });
  await client.queues.remove({ path, seq: second });
  await isTold(1, 1);
  await client.queues.delete({ path });
  await isTold(1, 0);
  stop.abort();
  await done;
  await client.once.resolve({ path: '/a', isDone: true, by: 'carla' });
  expect((await client.cell.view({})).waiting).toEqual({ unknownWorks: 0, deadEntries: 0 });
});
