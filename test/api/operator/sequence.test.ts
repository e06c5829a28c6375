/**
 * Guards the merged view of all logs over real agents: both ends of a message meet, calls of clients are in it, newcomers and
 * leavers get and lose their lane, an agent that cannot be reached says why, and nothing stays open after the viewer left.
 */
import { afterEach, expect, test, vi } from 'vitest';
import type { GrpcParticipantLogs } from '../../../src/agent/api/operator/participant-logs.ts';
import { connect } from '../../../src/client/index.ts';
import type { Exchange, Lane, OperatorClient } from '../../../src/contract/index.ts';
import { put } from '../../support/memory-cell.ts';
import { OperatedCell, PATIENCE } from '../../support/operated-cell.ts';

let cell: OperatedCell;
let viewer: SequenceViewer | undefined;
afterEach(async () => {
  await viewer?.close();
  await cell.close();
});

type SequenceInput = Parameters<OperatorClient['messages']['sequence']>[0];

/** Keeps the newest version of every exchange, as a page would. */
class SequenceViewer {
  readonly exchanges = new Map<string, Exchange>();
  lanes: Lane[] = [];
  missed = 0;
  readonly #abort = new AbortController();
  readonly #done: Promise<void>;

  constructor(of: OperatedCell, input: SequenceInput) {
    this.#done = this.#read(of, input).catch(() => undefined);
  }

  async close(): Promise<void> {
    this.#abort.abort();
    await this.#done;
  }

  /** It ended by itself. */
  get ended(): Promise<void> {
    return this.#done;
  }

  find(matches: (exchange: Exchange) => boolean): Exchange | undefined {
    return [...this.exchanges.values()].find(matches);
  }

  async #read(of: OperatedCell, input: SequenceInput): Promise<void> {
    const events = await of.client().messages.sequence(input, { signal: this.#abort.signal });
    for await (const { lanes, exchanges, missed } of events) {
      this.lanes = lanes;
      this.missed += missed;
      for (const exchange of exchanges) this.exchanges.set(exchange.messageId, exchange);
    }
  }
}

const write = (key: string) => cell.agents[0]!.cell.write(put(key, 'x'), { quorum: 'majority', timeoutMs: 20_000 });

test('both ends of a message meet, in the past and live, and a client call is an exchange with the asked agent', async () => {
  cell = await OperatedCell.of(3);
  const [, second] = cell.agents;
  await write('/before');
  viewer = new SequenceViewer(cell, { backlog: 500 });
  await vi.waitFor(() => expect(viewer!.lanes).toHaveLength(3), PATIENCE);
  expect(viewer.lanes.every(({ reachable, problem }) => reachable && problem === '')).toBe(true);
  expect(viewer.lanes.map(({ name }) => name)).toEqual(cell.agents.map(({ name }) => name).toSorted());
  const isWhole = ({ sentMs, receivedMs }: Exchange): boolean => sentMs !== null && receivedMs !== null;
  await vi.waitFor(
    () => expect(viewer!.find((each) => each.kind === 'accept' && isWhole(each))).toBeDefined(),
    PATIENCE,
  );

  const { result } = await write('/live');
  const { slot } = result as { slot: number };
  const covers = (each: Exchange): boolean => each.slot <= slot && slot <= each.throughSlot;
  const { accept, reply } = await vi.waitFor(() => {
    const accept = viewer!.find((each) => each.kind === 'accept' && covers(each) && isWhole(each));
    const answers = ({ kind, from, to }: Exchange): boolean =>
      kind === 'acceptReply' && from === accept?.to && to === accept.from;
    const reply = viewer!.find((each) => answers(each) && covers(each) && isWhole(each));
    expect(reply).toBeDefined();
    return { accept: accept!, reply: reply! };
  }, PATIENCE);
  expect(accept.sentMs!).toBeLessThanOrEqual(accept.receivedMs!);
  expect(accept.receivedMs!).toBeLessThanOrEqual(reply.sentMs!);
  const detail = await cell.client().messages.detail({ sequence: accept.receivedSequence!, agent: accept.to });
  expect(detail.message).toMatchObject({ messageId: accept.messageId, direction: 'received' });

  await using client = connect({ endpoints: [second!.grpcAddress], timeoutMs: 20_000 });
  await client.get('/live');
  await vi.waitFor(() => {
    const call = viewer!.find(({ channel }) => channel === 'user');
    expect(call).toMatchObject({ to: second!.agentId, sentMs: null });
    expect(call!.from).toMatch(/^127\.0\.0\.1:\d+$/);
  }, PATIENCE);
  expect(viewer.find(({ kind }) => kind.startsWith('heartbeat'))).toBeUndefined();
  // One end may come later than the other.
  const isHalf = (each: Exchange): boolean => each.channel === 'peer' && !isWhole(each);
  await vi.waitFor(() => expect(viewer!.find(isHalf)).toBeUndefined(), PATIENCE);
  expect(viewer.missed).toBe(0);
});

test('a newcomer gets a lane, one that dies says why, and what is sent to it is seen by one side only', async () => {
  cell = await OperatedCell.of(2);
  viewer = new SequenceViewer(cell, { filter: { includeHeartbeats: true } });
  await vi.waitFor(() => expect(viewer!.lanes).toHaveLength(2), PATIENCE);
  const newcomer = await cell.add();
  await vi.waitFor(() => {
    const lane = viewer!.lanes.find(({ agentId }) => agentId === newcomer.agentId);
    expect(lane).toMatchObject({ name: newcomer.name, reachable: true });
  }, PATIENCE);

  await newcomer.close();
  await vi.waitFor(() => {
    const lane = viewer!.lanes.find(({ agentId }) => agentId === newcomer.agentId);
    expect(lane).toMatchObject({ reachable: false });
    expect(lane!.problem).toContain(`the log of ${newcomer.name} at ${newcomer.grpcAddress} cannot be read`);
  }, PATIENCE);
  await vi.waitFor(() => {
    const lost = viewer!.find((each) => each.to === newcomer.agentId && each.receivedMs === null);
    expect(lost).toMatchObject({ from: expect.stringMatching(/./), receivedSequence: null });
  }, PATIENCE);

  // Under any epoch: the autopilot makes the learners voters whenever they have caught up, and each change moves the epoch.
  const anyEpoch = 0;
  await cell.agents[0]!.cell.changeParticipants([{ agentId: newcomer.agentId, role: 'removed' }], anyEpoch);
  await vi.waitFor(() => expect(viewer!.lanes).toHaveLength(2), PATIENCE);
});

test('an agent that comes back is read again, in its new log', async () => {
  cell = await OperatedCell.of(3);
  viewer = new SequenceViewer(cell, { backlog: 0 });
  await vi.waitFor(() => expect(viewer!.lanes).toHaveLength(3), PATIENCE);
  const again = await cell.restart(2);
  const isFromAgain = (each: Exchange): boolean =>
    each.from === again.agentId && each.sentMs !== null && each.receivedMs !== null && each.kind === 'acceptReply';
  await vi.waitFor(async () => {
    await write('/again');
    expect(viewer!.find(isFromAgain)).toBeDefined();
  }, PATIENCE);
  await vi.waitFor(() => expect(viewer!.lanes.every(({ reachable }) => reachable)).toBe(true), PATIENCE);
});

test('without live it ends after the past; afterwards nothing is subscribed or connected', async () => {
  cell = await OperatedCell.of(2);
  await write('/a');
  viewer = new SequenceViewer(cell, { live: false, backlog: 20 });
  await viewer.ended;
  expect(viewer.exchanges.size).toBeGreaterThan(0);
  expect(viewer.exchanges.size).toBeLessThanOrEqual(20);
  const live = new SequenceViewer(cell, {});
  await vi.waitFor(() => expect(live.lanes).toHaveLength(2), PATIENCE);
  const [first, second] = cell.agents;
  const logs = first!.operator.logs as GrpcParticipantLogs;
  await vi.waitFor(() => {
    expect(logs.connectionCount).toBe(1);
    expect(second!.observability.rpcLog.subscriberCount).toBe(1);
  }, PATIENCE);
  await live.close();
  await vi.waitFor(() => {
    expect(logs.connectionCount).toBe(0);
    expect(first!.observability.rpcLog.subscriberCount).toBe(0);
    expect(second!.observability.rpcLog.subscriberCount).toBe(0);
  }, PATIENCE);
});

test('agents end while they are looked at, and while somebody begins to look', async () => {
  cell = await OperatedCell.of(2);
  const looking = [0, 1].flatMap((index) =>
    [0, 1, 2].map(async () => {
      for await (const _ of await cell.client(index).messages.sequence({})) await new Promise(setImmediate);
    }),
  );
  const [first, second] = cell.agents;
  await vi.waitFor(() => expect(first!.observability.rpcLog.subscriberCount).toBeGreaterThan(3), PATIENCE);
  const late = [cell.client(0).messages.sequence({}), cell.client(1).messages.watch({ agent: first!.name })];
  const outcomes = Promise.allSettled([...looking, ...late]);
  await cell.close();
  expect(await outcomes).toHaveLength(8);
  for (const agent of [first!, second!]) {
    expect((agent.operator.logs as GrpcParticipantLogs).connectionCount).toBe(0);
    expect(agent.observability.rpcLog.subscriberCount).toBe(0);
  }
});
