/** Guards `synod once`: a command runs once, its output is the result, and what nobody knows is asked. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { connect, type SynodClient } from '../../src/client/index.ts';
import { type CliInput, runCli } from '../support/run-cli.ts';
import { type ServedApi, serveApi } from '../support/served-api.ts';

/** Long enough for any machine: nothing passes because time went by. */
const PATIENCE_MS = 20_000;
let served: ServedApi;
let other: SynodClient;
const folder = mkdtempSync(join(tmpdir(), 'synod-once-'));

beforeAll(async () => {
  served = await serveApi();
  other = connect({ endpoints: [served.address], session: { owner: 'the other one' } });
});
afterAll(async () => {
  await other.close();
  await served.stop();
  rmSync(folder, { recursive: true, force: true });
});

const synod = (args: readonly string[], input: CliInput = {}) =>
  runCli(['once', ...args], { env: { SYNOD_ENDPOINTS: served.address, PATH: process.env.PATH ?? '' }, ...input });
const shell = (path: string, script: string, ...flags: string[]) => synod([path, ...flags, '--', 'sh', '-c', script]);
const runs = (file: string) => readFileSync(join(folder, file), 'utf8').length;
const stateOf = async (path: string) => (await other.onceWork.read(path)).work?.state;

test('a command runs once, and whoever repeats it gets the recorded output', async () => {
  const script = `printf x >> ${folder}/a; echo "token $SYNOD_ONCE_TOKEN"; echo "to people" >&2`;
  const first = await shell('/a', script);
  expect(first).toMatchObject({ code: 0, stdout: expect.stringMatching(/^token \d+\n$/), stderr: 'to people\n' });
  const second = await shell('/a', script);
  expect(second).toEqual({
    ...{ code: 0, stdout: first.stdout },
    stderr: 'synod: /a was done before; this is its recorded result\n',
  });
  expect(runs('a')).toBe(1);
  const told = JSON.parse((await shell('/a', script, '-w', 'json')).stdout);
  expect(told).toEqual({ path: '/a', didRun: false, value: first.stdout, encoding: 'utf8' });
  expect((await synod(['/a', '--forget'])).code).toBe(0);
  expect(JSON.parse((await shell('/a', script, '-w', 'json')).stdout)).toMatchObject({ didRun: true });
  expect(runs('a')).toBe(2);
});

test('who comes while it is done waits for the result', async () => {
  const go = join(folder, 'go');
  const first = shell('/b', `while [ ! -e ${go} ]; do sleep 0.02; done; echo done`);
  await vi.waitFor(async () => expect(await stateOf('/b')).toBe('claimed'), PATIENCE_MS);
  expect(await shell('/b', 'echo twice', '--wait', '30ms')).toMatchObject({
    ...{ code: 1, stdout: '', stderr: expect.stringContaining('/b was not done in time') },
  });
  const second = shell('/b', 'echo twice');
  await shell('/go', `touch ${go}`);
  expect(await Promise.all([first, second])).toMatchObject([{ stdout: 'done\n' }, { code: 0, stdout: 'done\n' }]);
});

test('a command that fails has not done it; its code is the exit code', async () => {
  expect(await shell('/c', 'echo half; exit 7')).toEqual({
    ...{ code: 7, stdout: '' },
    stderr: 'synod: the command has failed (exit code 7): /c was not done\n',
  });
  expect(await stateOf('/c')).toBe('open');
  expect(await synod(['/c', '--', 'nonsense'])).toMatchObject({ code: 127 });
  expect(await shell('/c', 'echo now')).toMatchObject({ code: 0, stdout: 'now\n' });
});

test('a command that was killed may have done it: it is run again, or a person is asked, as was said beforehand', async () => {
  const killed = await shell('/d', 'kill -9 $$', '--on-death', 'again');
  expect(killed).toMatchObject({ code: 137, stderr: expect.stringContaining('/d may have been done') });
  expect(await shell('/d', 'echo again', '--on-death', 'again')).toMatchObject({ code: 0, stdout: 'again\n' });

  expect(await shell('/e', 'kill -9 $$')).toMatchObject({ code: 137 });
  const asked = await shell('/e', 'echo again');
  expect(asked).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('/e --resolve done|not-done') });
  const list = (await synod(['--list'])).stdout.split('\n');
  expect(list[1]).toMatch(/^\/e +unknown +sh -c kill -9/);
  const resolved = await synod(['/e', '--resolve', 'done', '--result', 'found', '--by', 'carla', '--why', 'saw it']);
  expect(resolved).toMatchObject({ code: 0, stdout: '/e is done\n' });
  expect((await shell('/e', 'echo again')).stdout).toBe('found');
  expect((await synod(['/e', '--list'])).stdout).toMatch(/resolvedDone by carla +saw it/);
  expect(await synod(['/e', '--resolve', 'not-done'])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('is done'),
  });
});

test('Ctrl-C ends the command, and nothing of the session is left', async () => {
  const stop = new AbortController();
  const running = synod(
    ['/f', '--on-death', 'again', '--', 'sh', '-c', `echo "$SYNOD_SESSION_PLACES" >${folder}/f; exec sleep 60`],
    {
      stop: stop.signal,
    },
  );
  // The work is claimed a moment before its command begins.
  const told = await vi.waitFor(() => {
    const text = readFileSync(join(folder, 'f'), 'utf8');
    expect(text).toMatch(/\n$/);
    return text;
  }, PATIENCE_MS);
  const places = told.trimEnd();
  expect(existsSync(places)).toBe(true);
  stop.abort('SIGINT');
  expect(await running).toEqual({
    ...{ code: 143, stdout: '' },
    stderr: 'synod: the command has failed (ended by SIGTERM): /f may have been done\n',
  });
  expect(existsSync(places)).toBe(false);
  expect(await stateOf('/f')).toBe('open');
});

test.each([
  [[], 'PATH is missing: synod once PATH -- COMMAND, or synod once --list'],
  [['/a'], 'COMMAND is missing: synod once /a -- COMMAND'],
  [['/a', '--list', '--forget'], 'give either --list or --forget'],
  [['/a', '--forget', '--', 'true'], '--forget runs no command'],
  [['/a', '--resolve', 'not-done', '--result', 'x'], '--result goes with --resolve done'],
] as const)('%j is wrong usage', async (args, line) => {
  expect(await synod(args)).toEqual({ code: 64, stdout: '', stderr: `synod: ${line}\n` });
});
