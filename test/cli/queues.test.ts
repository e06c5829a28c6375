/** Guards the commands on queues: what becomes of an entry by its command, checkpoints, order, lists, mistakes. */
import { syncBuiltinESMExports } from 'node:module';
import os from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { connect, type SynodClient } from '../../src/client/index.ts';
import { ROOT } from '../../tools/source-files.ts';
import { type CliInput, runCli } from '../support/run-cli.ts';
import { type ServedApi, serveApi } from '../support/served-api.ts';

/** Long enough for any machine: nothing passes because time went by. */
const PATIENCE_MS = 20_000;
let served: ServedApi;
let other: SynodClient;

beforeAll(async () => {
  served = await serveApi();
  other = connect({ endpoints: [served.address] });
});
afterAll(async () => {
  await other.close();
  await served.stop();
});

const OWN = `${process.execPath} ${join(ROOT, 'src/cli/synod.ts')}`;
const synod = (args: readonly string[], input: CliInput = {}) =>
  runCli(['queue', ...args], { env: { SYNOD_ENDPOINTS: served.address, PATH: process.env.PATH ?? '' }, ...input });
const claim = (path: string, script: string) => synod(['claim', path, '--', 'sh', '-c', script]);
const stateOf = async (path: string, seq: number) => (await other.queue(path).entry(seq))?.entry.state;

test('what is added in a chain is done in order, and what commands print are the results', async () => {
  expect(await synod(['add', '/a', 'fetch', 'build', 'ship', '--chain'])).toMatchObject({
    code: 0,
    stdout: '1\n2\n3\n',
  });
  expect((await synod(['list', '/a'])).stdout).toMatch(/\/a +2 +1 +0 +0 +0 +0\n/);
  const script = 'echo "$(cat) as $SYNOD_ENTRY of $SYNOD_QUEUE, attempt $SYNOD_ENTRY_ATTEMPT"';
  const { code, stdout } = await synod(['work', '/a', '--limit', '3', '--parallel', '2', '--', 'sh', '-c', script]);
  expect(code).toBe(0);
  const lines = ['fetch as 1 of /a, attempt 1', 'build as 2 of /a, attempt 1', 'ship as 3 of /a, attempt 1'];
  expect(stdout.trimEnd().split('\n')).toEqual(lines);
  const shown = JSON.parse((await synod(['show', '/a', '2', '-w', 'json'])).stdout);
  expect(shown).toMatchObject({
    state: 'done',
    after: [1],
    payload: { value: 'build' },
    result: { value: `${lines[1]}\n` },
  });
  expect(await claim('/a', 'true')).toMatchObject({ code: 1, stderr: 'synod: there is nothing to do in /a\n' });
});

test('a failure is tried again from the last checkpoint, until the attempts are used up', async () => {
  await synod(['add', '/b', 'pages', '--attempts', '2', '--backoff', '0ms']);
  const half = await claim('/b', `${OWN} queue checkpoint "page 17"; exit 3`);
  expect(half).toMatchObject({ code: 3, stderr: '' });
  expect((await synod(['show', '/b', '1'])).stdout).toMatch(
    /last end +failed by \S+: exit code 3\n.*\ncheckpoint +page 17\n/,
  );
  expect(await claim('/b', 'cat "$SYNOD_CHECKPOINT"; kill -9 $$')).toMatchObject({ code: 137, stdout: 'page 17' });
  expect((await synod(['show', '/b', '--state', 'dead'])).stdout).toMatch(
    /1 +dead .* 2 of 2 .*failed by \S+: ended by SIGKILL\n/,
  );
  expect((await synod(['requeue', '/b', '1'])).code).toBe(0);
  expect(await claim('/b', 'cat "$SYNOD_CHECKPOINT"')).toMatchObject({ code: 0, stdout: 'page 17' });
});

test('exit code 65 says that another attempt is in vain', async () => {
  await synod(['add', '/c', 'nonsense']);
  expect(await synod(['work', '/c', '--limit', '1', '--', 'sh', '-c', 'exit 65'])).toMatchObject({
    ...{ code: 0, stderr: 'synod: entry 1 has failed: exit code 65\n' },
  });
  expect(await stateOf('/c', 1)).toBe('dead');
});

test('a command that cannot be run ends the worker, and costs the entry an attempt only', async () => {
  await synod(['add', '/d', 'x']);
  const { code, stderr } = await synod(['work', '/d', '--', 'nonsense']);
  expect(code).toBe(127);
  expect(stderr).toContain('synod: cannot run "nonsense": there is no such command\n');
  expect(['ready', 'delayed']).toContain(await stateOf('/d', 1));
});

test('a worker that is stopped gives its entry back, and an assigned one waits for its worker', async () => {
  await synod(['add', '/e', 'x', '--assignee', 'ada']);
  expect(await synod(['claim', '/e', '--worker', 'bruno', '--', 'true'])).toMatchObject({ code: 1 });
  const stop = new AbortController();
  const working = synod(['work', '/e', '--worker', 'ada', '--', 'sleep', '60'], { stop: stop.signal });
  await vi.waitFor(async () => expect(await stateOf('/e', 1)).toBe('claimed'), PATIENCE_MS);
  expect(await synod(['delete', '/e'])).toMatchObject({ code: 1, stderr: expect.stringContaining('are claimed') });
  stop.abort();
  expect(await working).toMatchObject({ code: 0, stderr: 'synod: entry 1 has failed: ended by SIGTERM\n' });
  expect((await synod(['remove', '/e', '1'])).stdout).toBe('removed entry 1 of /e\n');
  expect((await synod(['delete', '/e'])).stdout).toBe('deleted the queue /e\n');
});

test('a list is shown to its end', async () => {
  for (let part = 0; part < 9; part++) {
    await other.queue('/f').enqueue(Array.from({ length: 128 }, (_, index) => ({ payload: String(index) })));
  }
  const { entries } = JSON.parse((await synod(['show', '/f', '-w', 'json'])).stdout);
  expect(entries).toHaveLength(9 * 128);
  await synod(['delete', '/f']);
});

test.each([
  [['add', '/g', 'x', '--after', '7'], 1, 'there is no entry 7'],
  [['add', '/g', '-', '-'], 64, 'standard input is one PAYLOAD: give - once'],
  [['show', '/g'], 1, 'there is no queue /g: its first entry makes it'],
  [['show', '/g', '1'], 1, 'there is no entry 1 in /g, or it was done long ago'],
  [['requeue', '/g', '1'], 1, 'there is no queue'],
  [['work', '/g', '--parallel', '0', '--', 'true'], 64, '--parallel: at least 1 entry at a time'],
  [['checkpoint', 'x'], 64, 'queue checkpoint belongs into a command that "synod queue work" runs'],
] as const)('%j is refused in one line', async (args, code, line) => {
  const outcome = await synod(args);
  expect(outcome).toMatchObject({ code, stdout: '' });
  expect(outcome.stderr).toMatch(/^synod: .*\n$/);
  expect(outcome.stderr).toContain(line);
});

test('a user that has only a number adds entries too', async () => {
  const { userInfo } = os;
  os.userInfo = () => {
    throw new Error('uv_os_get_passwd returned ENOENT');
  };
  syncBuiltinESMExports();
  try {
    expect(await synod(['add', '/nameless', 'x'])).toMatchObject({ code: 0, stderr: '' });
  } finally {
    os.userInfo = userInfo;
    syncBuiltinESMExports();
  }
  expect((await other.queue('/nameless').entry(1))?.entry.owner).toBe(`uid ${process.getuid!()}`);
});
