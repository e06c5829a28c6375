/**
 * Guards what a user's mistake gets: one line on standard error that says what is wrong, nothing on standard output, an exit
 * code by its kind, and an agent that goes on. The same for whatever strangers send to its ports.
 */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect as dial } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { synod } from '../support/synod-process.ts';
import type { AgentUnderTest } from './agent-under-test.ts';
import { CellUnderTest } from './harness.ts';
import { saidOf } from './last-word.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 });

const cell = new CellUnderTest();
const home = mkdtempSync(join(tmpdir(), 'synod-input-'));
let agent: AgentUnderTest;

beforeAll(async () => {
  await cell.found(1);
  agent = cell.agents[0]!;
  await agent.client.put('/there', 'before');
});

afterAll(async () => {
  await cell.dispose();
  rmSync(home, { recursive: true, force: true });
});

const garbage = (): string => {
  const file = join(home, 'garbage');
  writeFileSync(file, randomBytes(10_000));
  return file;
};

interface Mistake {
  readonly name: string;
  readonly args: readonly string[] | (() => readonly string[]);
  readonly stdin?: string;
  readonly code: number;
  readonly line: RegExp;
}

const refused: readonly Mistake[] = [
  { name: 'a key that is no path', args: ['get', 'there'], code: 1, line: /must begin with|starts? with|begins? with/ },
  { name: 'an empty segment', args: ['put', '/a//b', 'x'], code: 1, line: /empty/ },
  { name: 'a segment that goes up', args: ['put', '/a/../b', 'x'], code: 1, line: /"?\.\."?/ },
  { name: 'a key of 1 025 bytes', args: ['put', `/${'k'.repeat(1_024)}`, 'x'], code: 1, line: /1 ?024/ },
  { name: 'a key of Synod itself', args: ['put', '/_internal/peers', 'x'], code: 1, line: /_internal/ },
  {
    name: 'a value above 1 MiB',
    args: ['put', '/big', '-'],
    stdin: 'x'.repeat(1024 * 1024 + 1),
    code: 1,
    line: /1 MiB|1 ?048 ?576/,
  },
  {
    name: 'a transaction with a malformed key',
    args: ['txn'],
    stdin: '{"then":[{"put":{"key":"there","value":"x"}}]}',
    code: 1,
    line: /begin|start/,
  },
  { name: 'a transaction that is not JSON', args: ['txn'], stdin: '{"then":', code: 1, line: /JSON/ },
  { name: 'an import that is not JSON', args: ['import'], stdin: 'key=value\n', code: 1, line: /line 1 is not JSON/ },
  { name: 'a file that is not there', args: ['import', '/no/such/file'], code: 1, line: /no such file/ },
  { name: 'an agent that nobody knows', args: ['members', 'remove', 'Nobody'], code: 1, line: /Nobody/ },
  { name: 'the removal of the only voter', args: () => ['members', 'remove', agent.name], code: 1, line: /no voter/ },
];

const local: readonly Mistake[] = [
  { name: 'a command that is none', args: ['gte', '/there'], code: 64, line: /"gte".*synod get/ },
  { name: 'a flag that is none', args: ['get', '/there', '--qorum', 'all'], code: 64, line: /--qorum.*--quorum/ },
  {
    name: 'a choice that is none',
    args: ['get', '/there', '--quorum', 'most'],
    code: 64,
    line: /local.*majority.*all/,
  },
  { name: 'a missing argument', args: ['put', '/there'], code: 64, line: /VALUE/ },
  { name: 'one argument too many', args: ['get', '/there', '/here'], code: 64, line: /\/here/ },
  { name: 'a number that is none', args: ['watch', '/', '--from-revision', 'x'], code: 64, line: /"x" is not a/ },
  { name: 'an address that is none', args: ['get', '/a', '--endpoint', 'here'], code: 64, line: /"here".*HOST:PORT/ },
  { name: 'a port that is none', args: ['get', '/a', '--endpoint', ':99999'], code: 64, line: /99999/ },
  {
    name: 'an endpoint where nobody listens',
    args: ['get', '/a', '--endpoint', ':1'],
    code: 2,
    line: /127\.0\.0\.1:1/,
  },
  {
    name: 'an endpoint that is something else',
    args: () => ['get', '/there', '--endpoint', agent.ready.httpAddress],
    code: 2,
    line: /127\.0\.0\.1:\d+/,
  },
  { name: 'listening on no address', args: ['agent', '--grpc-addr', 'everywhere'], code: 64, line: /--grpc-addr/ },
  { name: 'a peer without a port', args: ['agent', '--peer', 'localhost'], code: 64, line: /--peer.*HOST:PORT/ },
  { name: 'an autopilot that is none', args: ['agent', '--autopilot', 'otto'], code: 64, line: /safe.*eager.*off/ },
  { name: 'too many voters', args: ['agent', '--max-voters', '9'], code: 64, line: /--max-voters/ },
  { name: 'a duration without a unit', args: ['agent', '--evict-after', '60'], code: 64, line: /60s/ },
  { name: 'a label without a value', args: ['agent', '--label', 'west'], code: 64, line: /key=value/ },
  {
    name: 'an address of another machine',
    args: () => ['agent', '--state-dir', join(home, 'far'), '--grpc-addr', '192.0.2.1:0', '--insecure'],
    code: 1,
    line: /192\.0\.2\.1/,
  },
  {
    name: 'a state directory below a file',
    args: () => ['agent', '--state-dir', join(garbage(), 'below'), '--grpc-addr', ':0', '--http-addr', ':0'],
    code: 1,
    line: /garbage/,
  },
  {
    name: 'a snapshot that is none',
    args: () => ['snapshot', 'restore', garbage(), '--new-cell', '--state-dir', join(home, 'restored')],
    code: 1,
    line: /garbage/,
  },
  { name: 'a restore that does not say so', args: ['snapshot', 'restore', 'x'], code: 64, line: /--new-cell/ },
];

async function isToldInOneLine({ args, stdin, code, line }: Mistake, more: readonly string[]): Promise<void> {
  const given = typeof args === 'function' ? args() : args;
  const outcome = await synod([...given, ...more], { XDG_STATE_HOME: home, SYNOD_ENDPOINTS: '' }, stdin);
  expect(outcome.code, outcome.stderr).toBe(code);
  expect(outcome.stdout).toBe('');
  const said = saidOf(outcome);
  expect(said).toHaveLength(1);
  expect(said[0]).toMatch(/^synod: /);
  expect(said[0]).toMatch(line);
  expect(outcome.stderr).not.toMatch(/\bat .+:\d+:\d+/);
}

describe.concurrent('the agent refuses', () => {
  test.each(refused)('$name', (mistake) => isToldInOneLine(mistake, ['--endpoint', agent.address]));
});

describe.concurrent('the command line refuses', () => {
  test.each(local)('$name', (mistake) => isToldInOneLine(mistake, []));
});

test('after all this nothing was written, and nothing is lost', async () => {
  const { items } = await agent.client.list('/');
  expect(items.map(({ key }) => key)).toEqual(['/there']);
});

describe('strangers', () => {
  const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
  const settings = Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]);
  /** A frame that says it is 16 MiB long. */
  const endless = Buffer.from([255, 255, 255, 0, 0, 0, 0, 0, 1]);
  const sent: readonly { readonly name: string; readonly bytes: Buffer }[] = [
    { name: 'random bytes', bytes: randomBytes(100_000) },
    { name: 'a web browser', bytes: Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n') },
    { name: 'TLS', bytes: Buffer.concat([Buffer.from([0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3]), randomBytes(500)]) },
    { name: 'HTTP/2 and then nonsense', bytes: Buffer.concat([PREFACE, settings, randomBytes(50_000)]) },
    { name: 'an endless frame', bytes: Buffer.concat([PREFACE, settings, endless, Buffer.alloc(100_000)]) },
    { name: 'a line that never ends', bytes: Buffer.alloc(1_000_000, 'a') },
    { name: 'nothing', bytes: Buffer.alloc(0) },
  ];

  test.each(sent)('$name, on both ports', async ({ bytes }) => {
    for (const address of [agent.ready.grpcAddress, agent.ready.httpAddress]) {
      const socket = dial(Number(address.split(':')[1]), '127.0.0.1');
      const over = new Promise<void>((resolve) => socket.on('error', () => undefined).on('close', () => resolve()));
      socket.on('data', () => undefined);
      await new Promise<void>((resolve) => {
        socket.write(bytes, () => resolve());
        void over.then(resolve);
      });
      // Still served while the stranger is there, and when it is gone.
      await agent.client.put('/strangers', 'none of them');
      socket.destroy();
      await over;
    }
    await agent.client.put('/strangers', 'gone');
    expect(saidOf(agent.process)).toEqual([]);
    expect(agent.isUp).toBe(true);
  });
});
