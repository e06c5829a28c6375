// Guards the transfer of a state file: whole or not at all, one at a time, with bounded memory, and released
// whatever happens.
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect, test, vi } from 'vitest';
import type { SavedSnapshot, SnapshotSink } from '../../src/agent/peer/index.ts';
import { parseAddress } from '../../src/agent/peer/ports.ts';
import { connect } from '../../src/agent/peer/transport.ts';
import type { SnapshotDescription } from '../../src/gen/synod/v1/peer.ts';
import { FaultProxy } from '../support/fault-proxy.ts';
import { startAgent, startIn, stopAgents } from './agents.ts';
import { AgreedCell } from './agreed-cell.ts';

const folder = mkdtempSync(join(tmpdir(), 'synod-snapshot-'));
const proxies: FaultProxy[] = [];

afterEach(async () => {
  stopAgents();
  for (const proxy of proxies.splice(0)) await proxy.close();
});
afterAll(() => rmSync(folder, { recursive: true }));

const until = <T>(check: () => T | Promise<T>): Promise<T> => vi.waitFor(check, { timeout: 20_000, interval: 5 });

const content = Buffer.alloc(12_000_001, 'synod ');
const promised = { round: 7, agentId: 'a' };

/** Fields that are not as they should be. */
type Wrong = { readonly [Field in keyof SavedSnapshot]?: SavedSnapshot[Field] | undefined };

class Source {
  released = 0;
  saved = 0;
  readonly #wrong: Wrong;

  constructor(wrong: Wrong = {}) {
    this.#wrong = wrong;
  }

  readonly save = async (): Promise<SavedSnapshot> => {
    this.saved += 1;
    const path = join(folder, `state-${this.saved}`);
    writeFileSync(path, content);
    return {
      path,
      cellId: 'cell-1',
      slot: 42,
      sizeBytes: content.length,
      checksum: createHash('sha256').update(content).digest(),
      promised,
      release: () => {
        this.released += 1;
      },
      ...this.#wrong,
    } as SavedSnapshot;
  };
}

class Sink implements SnapshotSink<string> {
  readonly chunks: Buffer[] = [];
  readonly events: string[] = [];
  description: SnapshotDescription | undefined;
  /** Holds back each write until it is called. */
  gate: (() => Promise<void>) | undefined;

  readonly open = (description: SnapshotDescription): SnapshotSink<string> => {
    this.description = description;
    return this;
  };

  async write(chunk: Uint8Array): Promise<void> {
    await this.gate?.();
    this.chunks.push(Buffer.from(chunk));
  }

  async finish(): Promise<string> {
    this.events.push('finished');
    return 'installed';
  }

  abort(): void {
    this.events.push('aborted');
  }

  get bytes(): Buffer {
    return Buffer.concat(this.chunks);
  }
}

async function pair(source: Source, options: { proxied?: boolean } = {}) {
  const cell = new AgreedCell();
  let proxy: FaultProxy | undefined;
  const advertise = async (address: string): Promise<string> => {
    proxy = await FaultProxy.start(parseAddress(address));
    proxies.push(proxy);
    return proxy.address;
  };
  const a = await startAgent('a', { saveSnapshot: source.save, ...(options.proxied ? { advertise } : {}) });
  const [b, c] = [await startAgent('b'), await startAgent('c')];
  cell.setAddress('a', 'Ada', proxy?.address ?? a.address);
  cell.configure({ a: 'voter' });
  for (const agent of [a, b, c]) startIn(cell, agent);
  return { cell, a, b, c, proxy: proxy! };
}

test('the file arrives as it was, with its description, and is released', async () => {
  const source = new Source();
  const { b, a } = await pair(source);
  const sink = new Sink();
  expect(await b.peers.fetchSnapshot('a', sink.open)).toBe('installed');
  const checksum = createHash('sha256').update(content).digest();
  expect(sink.description).toEqual({ cellId: 'cell-1', slot: 42, sizeBytes: content.length, checksum, promised });
  expect(sink.bytes.equals(content)).toBe(true);
  expect(sink.events).toEqual(['finished']);
  await until(() => expect(source.released).toBe(1));
  expect(b.traffic.at(-1)).toMatchObject({ kind: 'fetchSnapshot', direction: 'sent', status: 'OK' });
  await until(() =>
    expect(a.traffic.at(-1)).toMatchObject({ kind: 'fetchSnapshot', bytes: content.length, status: 'OK' }),
  );
});

test.each([
  ['a file shorter than it says', { sizeBytes: content.length + 1 }, `ended after ${content.length} of`],
  ['a file longer than it says', { sizeBytes: 10 }, 'longer than its description says'],
  ['another cell', { cellId: 'cell-2' }, 'is of cell cell-2, not of cell-1'],
  ['a file without the promise of its maker', { promised: undefined }, 'does not say what its maker has promised'],
  ['a file that is gone', { path: join(folder, 'nothing') }, 'the snapshot was not sent'],
])('%s is never installed, and the file is released', async (_, wrong, message) => {
  const source = new Source(wrong);
  const { b } = await pair(source);
  const sink = new Sink();
  await expect(b.peers.fetchSnapshot('a', sink.open)).rejects.toThrow(message);
  expect(sink.events).not.toContain('finished');
  await until(() => expect(source.released).toBe(1));
});

test('a sink that fails aborts the transfer', async () => {
  const source = new Source();
  const { b } = await pair(source);
  const sink = new Sink();
  const diskFull = new Error('disk full');
  sink.gate = () => Promise.reject(diskFull);
  // The very error: its owner decides whether it ends the agent.
  await expect(b.peers.fetchSnapshot('a', sink.open)).rejects.toBe(diskFull);
  expect(sink.events).toEqual(['aborted']);
  await until(() => expect(source.released).toBe(1));
});

test('a slow receiver slows the sender down; a second transfer is refused meanwhile, and works afterwards', async () => {
  const source = new Source();
  const { a, b, c } = await pair(source);
  const sink = new Sink();
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  sink.gate = () => opened;
  const fetching = b.peers.fetchSnapshot('a', sink.open);
  await until(() => expect(sink.description).toBeDefined());
  const second = new Sink();
  await expect(c.peers.fetchSnapshot('a', second.open)).rejects.toThrow('being sent already; ask again');
  await expect(b.peers.fetchSnapshot('a', second.open)).rejects.toThrow('being fetched already');
  // Many turns of the loop later the sender still waits for room: it has not run ahead to the end of the file.
  const client = connect(parseAddress(a.address));
  for (let turn = 0; turn < 100; turn++) {
    await new Promise((resolve) => client.ping({ from: '', sentMs: 0 }, resolve));
  }
  client.close();
  expect(source.released).toBe(0);
  expect(sink.chunks).toEqual([]);
  open();
  expect(await fetching).toBe('installed');
  await until(async () => expect(await c.peers.fetchSnapshot('a', second.open)).toBe('installed'));
  expect(second.bytes.equals(content)).toBe(true);
});

test('a connection lost on the way aborts both ends', async () => {
  const source = new Source();
  const { b, proxy } = await pair(source, { proxied: true });
  const sink = new Sink();
  sink.gate = async () => proxy.dropConnections();
  await expect(b.peers.fetchSnapshot('a', sink.open)).rejects.toThrow(/UNAVAILABLE|reset|Connection dropped/);
  expect(sink.events).toEqual(['aborted']);
  await until(() => expect(source.released).toBe(1));
});

test('a receiver that stops ends the transfer', async () => {
  const source = new Source();
  const { b } = await pair(source);
  const sink = new Sink();
  sink.gate = async () => b.stop();
  await expect(b.peers.fetchSnapshot('a', sink.open)).rejects.toThrow();
  await until(() => expect(source.released).toBe(1));
});

test('nobody is asked whose address is not known', async () => {
  const { b } = await pair(new Source());
  await expect(b.peers.fetchSnapshot('z', new Sink().open)).rejects.toThrow('the address of z is not known');
});

test('a stranger of another cell gets nothing', async () => {
  const source = new Source();
  const { a } = await pair(source);
  const other = new AgreedCell('cell-2');
  other.setAddress('a', 'Ada', a.address);
  const d = await startAgent('d');
  startIn(other, d);
  await expect(d.peers.fetchSnapshot('a', new Sink().open)).rejects.toThrow('no snapshot for cell cell-2');
  expect(a.traffic.at(-1)).toMatchObject({ kind: 'fetchSnapshot', peer: 'd', status: 'FAILED_PRECONDITION' });
  expect(source.saved).toBe(0);
});
