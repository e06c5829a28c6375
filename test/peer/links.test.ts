// Guards the streams between agents over real gRPC: order, identity, reconnection, silence, overflow, the policy, and who
// is refused.
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createLinkPolicy, type LinkPolicy, type PeersOptions } from '../../src/agent/peer/index.ts';
import { parseAddress } from '../../src/agent/peer/ports.ts';
import { FaultProxy } from '../support/fault-proxy.ts';
import { chosenReply, consensus, slotsOf, startAgent, startIn, stopAgents, type TestAgent } from './agents.ts';
import { AgreedCell } from './agreed-cell.ts';

const proxies: FaultProxy[] = [];

afterEach(async () => {
  stopAgents();
  for (const proxy of proxies.splice(0)) await proxy.close();
});

const until = <T>(check: () => T | Promise<T>): Promise<T> => vi.waitFor(check, { timeout: 20_000, interval: 5 });

/** Two agents that know each other, with a proxy in front of the second when asked for. */
async function pair(options: { proxied?: boolean; policy?: LinkPolicy; limits?: PeersOptions['limits'] } = {}) {
  const { policy, limits = { keepAliveMs: 20, silenceMs: 300 } } = options;
  const cell = new AgreedCell();
  let proxy: FaultProxy | undefined;
  const advertise = async (address: string): Promise<string> => {
    proxy = await FaultProxy.start(parseAddress(address));
    proxies.push(proxy);
    return proxy.address;
  };
  const a = await startAgent('a', policy ? { policy, limits } : { limits });
  const b = await startAgent('b', options.proxied ? { advertise } : {});
  cell.setAddress('a', 'Ada', a.address);
  cell.setAddress('b', 'Bruno', proxy?.address ?? b.address);
  cell.configure({ a: 'voter', b: 'voter' });
  startIn(cell, a);
  startIn(cell, b);
  await until(() => expect(isUp(a, 'b') && isUp(b, 'a')).toBe(true));
  return { cell, a, b, proxy: proxy! };
}

const say = (from: TestAgent, to: TestAgent, slot: number): void =>
  from.peers.send(to.agentId, consensus('cell-1', from.agentId, to.agentId, chosenReply(slot)));

const isUp = (agent: TestAgent, peer: string): boolean =>
  agent.peers.status().some(({ agentId, isUp: up }) => agentId === peer && up);

const silentMs = (agent: TestAgent, peer: string): number =>
  agent.peers.heard().find(({ agentId }) => agentId === peer)?.silentMs ?? Number.NaN;

describe('messages', () => {
  test('arrive in order, whole, and under the same id in both logs', async () => {
    const { a, b } = await pair();
    const slots = Array.from({ length: 500 }, (_, index) => index + 1);
    for (const slot of slots) say(a, b, slot);
    await until(() => expect(b.received).toHaveLength(500));
    expect(slotsOf(b.received)).toEqual(slots);
    const sent = a.traffic.filter(({ direction }) => direction === 'sent');
    const got = b.traffic.filter(({ direction }) => direction === 'received');
    expect(got.map(({ messageId }) => messageId)).toEqual(sent.map(({ messageId }) => messageId));
    expect(got[0]).toMatchObject({ peer: 'a', kind: 'chosenReply', status: 'ok', bytes: sent[0]!.bytes });
  });

  test('of two mebibytes pass, and one that no frame can hold is dropped with a line', async () => {
    const { a, b } = await pair();
    sendAccept(a, b, 5 * 1024 * 1024);
    sendAccept(a, b, 2 * 1024 * 1024);
    say(a, b, 9);
    await until(() => expect(slotsOf(b.received)).toEqual([9]));
    expect(b.received).toHaveLength(2);
    expect(a.traffic.map(({ status }) => status)).toEqual(['tooLarge', 'ok', 'ok']);
    expect(a.lines.join('\n')).toContain('a frame could not hold it');
  });

  test('to an agent whose address nobody knows are dropped, and flow once its Hello tells it', async () => {
    const cell = new AgreedCell();
    const [a, b] = [await startAgent('a'), await startAgent('b')];
    cell.setAddress('a', 'Ada', a.address);
    cell.configure({ a: 'voter', b: 'voter' });
    startIn(cell, a);
    say(a, b, 1);
    expect(a.traffic.at(-1)!.status).toBe('noLink');
    startIn(cell, b);
    await until(() => expect(isUp(a, 'b')).toBe(true));
    say(a, b, 2);
    await until(() => expect(slotsOf(b.received)).toEqual([2]));
  });
});

describe('connections', () => {
  test('come back by themselves when they were reset, and hearing goes on', async () => {
    const { a, b, proxy } = await pair({ proxied: true });
    proxy.refuse();
    await until(() => expect(isUp(a, 'b')).toBe(false));
    await until(() => expect(a.lines.join('\n')).toContain(`no connection to Bruno at ${proxy.address}`));
    proxy.heal();
    await until(() => expect(isUp(a, 'b')).toBe(true));
    say(a, b, 1);
    await until(() => expect(slotsOf(b.received)).toEqual([1]));
  });

  test('come back when the peer starts again elsewhere, before the cell has agreed on its new address', async () => {
    const { cell, a, b } = await pair();
    cell.writable = false;
    b.stop();
    await until(() => expect(isUp(a, 'b')).toBe(false));
    const again = await startAgent('b');
    startIn(cell, again);
    await until(() => expect(isUp(a, 'b')).toBe(true));
    say(a, again, 1);
    await until(() => expect(slotsOf(again.received)).toEqual([1]));
  });

  test('come back by another address when the one that the peer itself told leads nowhere', async () => {
    const { cell, a, b, proxy } = await pair({ proxied: true });
    proxy.refuse();
    cell.setAddress('b', 'Bruno', b.address);
    await until(() => {
      expect(a.peers.status()[0]).toMatchObject({ isUp: true, address: b.address });
    });
  });

  test('that are half open are noticed by their silence', async () => {
    const { a, b, proxy } = await pair({ proxied: true });
    proxy.halfOpen();
    await until(() => expect(a.lines.join('\n')).toContain('silent for more than 300 ms'));
    await until(() => expect(isUp(a, 'b')).toBe(true));
    say(a, b, 1);
    await until(() => expect(slotsOf(b.received)).toEqual([1]));
  });

  test('of a peer that reads nothing are reset when the buffer is full, and memory stays bounded', async () => {
    const bufferMaxBytes = 4 * 1024 * 1024;
    const limits = { keepAliveMs: 20, silenceMs: 60_000, bufferMaxBytes };
    const { a, b, proxy } = await pair({ proxied: true, limits });
    proxy.cut('toTarget');
    await until(() => {
      sendAccept(a, b, 1024 * 1024);
      expect(a.peers.status()[0]!.bufferedBytes).toBeLessThanOrEqual(bufferMaxBytes);
      expect(a.lines.join('\n')).toContain(`more than ${bufferMaxBytes} bytes are waiting for the peer to read`);
    });
    proxy.heal();
    await until(() => expect(isUp(a, 'b')).toBe(true));
    say(a, b, 1);
    await until(() => expect(slotsOf(b.received)).toContain(1));
  });

  test('are measured, and a silent peer is told by its silence', async () => {
    const { a, b, proxy } = await pair({ proxied: true });
    await until(() => expect(a.peers.status()[0]!.roundTripMs).toBeGreaterThan(0));
    const worst = silentMs(a, 'b');
    proxy.refuse();
    b.stop();
    await until(() => expect(silentMs(a, 'b')).toBeGreaterThan(worst + 100));
    await until(() => expect(a.peers.status()[0]!.roundTripMs).toBeUndefined());
  });

  test('are not taken for silent because this process itself stood still', async () => {
    const { a, b } = await pair();
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_500);
    say(a, b, 1);
    await until(() => expect(slotsOf(b.received)).toEqual([1]));
  });

  test('end when the peer is no participant any more', async () => {
    const { cell, a } = await pair();
    cell.configure({ a: 'voter' });
    expect(a.peers.status()).toEqual([]);
    expect(a.peers.heard()).toEqual([]);
  });
});

describe('the policy', () => {
  test('cuts one direction of one link, keep-alives included, and heals', async () => {
    const policy = createLinkPolicy();
    const { a, b } = await pair({ policy });
    policy.set({ direction: 'receive', peer: 'b', rule: { cut: true } });
    say(b, a, 1);
    say(a, b, 2);
    await until(() => expect(slotsOf(b.received)).toEqual([2]));
    await until(() => expect(silentMs(a, 'b')).toBeGreaterThan(400));
    expect(a.received).toEqual([]);
    policy.clear();
    await until(() => expect(isUp(a, 'b') && isUp(b, 'a')).toBe(true));
    say(b, a, 3);
    await until(() => expect(slotsOf(a.received)).toEqual([3]));
  });

  test('delays what the round trip is measured from, without making the link silent, and the figure falls again', async () => {
    const policy = createLinkPolicy();
    const { a, b } = await pair({ policy });
    const roundTripMs = (of: TestAgent, peer: string): number => of.peers.roundTripMs(peer)!;
    // Longer than the silence after which a link is reset.
    policy.set({ direction: 'send', peer: 'b', rule: { delayMs: 400 } });
    await until(() => expect(roundTripMs(a, 'b')).toBeGreaterThan(250));
    await until(() => expect(roundTripMs(b, 'a')).toBeGreaterThan(250));
    policy.set({ direction: 'send', peer: 'b', rule: { delayMs: 400, jitterMs: 200, dropShare: 1 } });
    policy.set({ direction: 'receive', peer: 'b', rule: { delayMs: 200 } });
    await until(() => expect(roundTripMs(a, 'b')).toBeGreaterThan(550));
    policy.clear();
    await until(() => expect(roundTripMs(a, 'b')).toBeLessThan(250));
  });

  test('drops, duplicates and delays', async () => {
    const policy = createLinkPolicy();
    const { a, b } = await pair({ policy });
    policy.set({ direction: 'send', peer: '*', rule: { dropShare: 1 } });
    say(a, b, 1);
    expect(a.traffic.at(-1)!.status).toBe('policy');
    policy.set({ direction: 'send', peer: 'b', rule: { duplicateShare: 1 } });
    say(a, b, 2);
    policy.set({ direction: 'send', peer: 'b', rule: { delayMs: 100 } });
    say(a, b, 3);
    policy.clear();
    say(a, b, 4);
    await until(() => expect(slotsOf(b.received)).toEqual([2, 2, 4, 3]));
  });
});

describe('refused is', () => {
  test('an agent of another cell, with a line on both sides, again and again without more lines', async () => {
    const cell = new AgreedCell();
    const [a, b] = [await startAgent('a'), await startAgent('b')];
    cell.setAddress('a', 'Ada', a.address);
    cell.setAddress('b', 'Bruno', b.address);
    cell.configure({ a: 'voter', b: 'voter' });
    startIn(cell, a);
    const other = new AgreedCell('cell-2');
    startIn(other, b);
    await until(() => expect(a.lines.join('\n')).toContain('agent a at'));
    expect(b.lines.filter((line) => line.includes('is of cell cell-1, this one of cell cell-2'))).toHaveLength(1);
    expect(a.fatal).toEqual([]);
  });

  test('a stream that is meant for somebody else', async () => {
    const cell = new AgreedCell();
    const [a, b] = [await startAgent('a'), await startAgent('b')];
    cell.setAddress('a', 'Ada', a.address);
    cell.setAddress('c', 'Cleo', b.address);
    cell.configure({ a: 'voter', c: 'voter' });
    startIn(cell, a);
    startIn(cell, b);
    await until(() => expect(a.lines.join('\n')).toContain('is meant for c, this is b'));
  });

  test('an agent that comes back below what it acknowledged; it learns so, and must stop', async () => {
    const { cell, a, b } = await pair();
    const ballot = { round: 5, agentId: 'b' };
    const reply = { kind: 'acceptReply' as const, ballot, accepted: true, promised: ballot, needFrom: 0 };
    const message = { ...reply, through: 20, received: 30, chosenThrough: 10 };
    b.peers.send('a', consensus('cell-1', 'b', 'a', message));
    await until(() => expect(a.received).toHaveLength(1));
    b.stop();
    const promised = { round: 5, agentId: 'b' };
    const restored = await startAgent('b', { found: { promised, journalEnd: 19 } });
    startIn(cell, restored);
    await until(() => expect(restored.fatal).not.toEqual([]));
    expect(restored.fatal[0]).toMatch(
      /Ada at .* refuses this agent: .*reached slot 20 and now ends at 19.*new state dir/s,
    );
    restored.stop();
    const intact = await startAgent('b', { found: { promised, journalEnd: 20 } });
    startIn(cell, intact);
    await until(() => expect(isUp(intact, 'a')).toBe(true));
    expect(intact.fatal).toEqual([]);
  });
});

function sendAccept(from: TestAgent, to: TestAgent, bytes: number): void {
  const ballot = { round: 1, agentId: from.agentId };
  const entry = {
    kind: 'command' as const,
    origin: ballot,
    stampMs: 1,
    requestId: '',
    payload: Buffer.alloc(bytes, 7),
  };
  const message = { kind: 'accept' as const, ballot, fromSlot: 1, entries: [entry], chosenThrough: 0 };
  from.peers.send(to.agentId, consensus('cell-1', from.agentId, to.agentId, message));
}
