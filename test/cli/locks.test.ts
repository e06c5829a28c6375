/** Guards the commands on locks and sessions: holding while a command runs, its environment and code, losing, forcing, lists. */
import { existsSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { connect, type SynodClient } from '../../src/client/index.ts';
import { eventually } from '../support/eventually.ts';
import { type CliInput, runCli } from '../support/run-cli.ts';
import { type ServedApi, serveApi } from '../support/served-api.ts';

let served: ServedApi;
let other: SynodClient;
let count = 0;

beforeAll(async () => {
  served = await serveApi();
  other = connect({ endpoints: [served.address], session: { owner: 'the other one' } });
});
afterEach(() => vi.restoreAllMocks());
afterAll(async () => {
  await other.close();
  await served.stop();
});

const synod = (args: readonly string[], input: CliInput = {}) => runCli([...beforeDashes(args)], input);
const beforeDashes = (args: readonly string[]) => {
  const at = args.indexOf('--');
  const end = at < 0 ? args.length : at;
  return [...args.slice(0, end), '--endpoint', served.address, ...args.slice(end)];
};
const newLock = () => `/case${count++}/_lockable`;
const env = { PATH: process.env.PATH ?? '' };
const lockOf = async (path: string) => (await other.locks({ prefix: path, withFree: true })).locks[0];

test('a command runs while the lock is held, with session and token, and its code is the exit code', async () => {
  const path = newLock();
  const script = 'echo "$SYNOD_SESSION $SYNOD_FENCING_TOKEN"; exit 7';
  const { code, stdout } = await synod(['lock', path, '--', 'sh', '-c', script], { env });
  expect(code).toBe(7);
  const [sessionId, token] = stdout.trim().split(' ');
  const { ended, state } = (await lockOf(path))!;
  expect(state).toBe('free');
  expect(ended).toMatchObject({ kind: 'released', sessionId, fencingToken: Number(token) });
});

test('a lock with a delay is given back without one, and delayed when it was lost', async () => {
  const path = newLock();
  expect((await synod(['lock', path, '--delay', '1h', '--', 'true'], { env })).code).toBe(0);
  expect((await lockOf(path))?.state).toBe('free');
  const running = synod(['lock', path, '--delay', '1h', '--', 'sh', '-c', 'exec sleep 60'], { env });
  await eventually(async () => expect((await lockOf(path))?.state).toBe('held'));
  await synod(['session', 'end', (await lockOf(path))!.sessionId]);
  await running;
  expect((await lockOf(path))?.state).toBe('delayed');
});

test('a long command of several lines is shown as one short line, and runs as it is', async () => {
  const path = newLock();
  const script = `echo "${'long '.repeat(100)}"\nexit 3`;
  expect(await synod(['lock', path, '--', 'sh', '-c', script], { env })).toMatchObject({ code: 3, stderr: '' });
  const { owner } = (await lockOf(path))!.ended!;
  expect(owner).toMatch(/^sh -c echo "long long/);
  expect(owner).toHaveLength(256);
});

/** A command that runs below a lock until it is stopped; resolves to what its environment says. */
async function holdAround(path: string, stop: AbortController) {
  let told = '';
  const script = 'echo "$SYNOD_SESSION $SYNOD_SESSION_PLACES $SYNOD_FENCING_TOKEN"; exec sleep 60';
  const holding = synod(['lock', path, '--', 'sh', '-c', script], {
    ...{ env, stop: stop.signal },
    onOutput: (text) => {
      told = text;
    },
  });
  await eventually(() => expect(told).toMatch(/\n$/));
  const [SYNOD_SESSION = '', SYNOD_SESSION_PLACES = '', SYNOD_FENCING_TOKEN = ''] = told.trim().split(' ');
  return { holding, around: { SYNOD_SESSION, SYNOD_SESSION_PLACES, SYNOD_FENCING_TOKEN } };
}

test('put, cas, del and txn write below the lock with the session and the token of the surroundings', async () => {
  const path = newLock();
  const stop = new AbortController();
  const { around, holding } = await holdAround(path, stop);
  const key = `${path}/a`;
  const inside = (args: readonly string[], stdin = '') => synod(args, { env: around, stdin });
  expect((await inside(['put', key, '1'])).stderr).toBe('');
  expect((await inside(['put', key, '1'])).code).toBe(0);
  expect((await inside(['cas', key, '1', '2'])).code).toBe(0);
  expect((await inside(['txn'], JSON.stringify({ then: [{ put: { key, value: '3' } }] }))).code).toBe(0);
  expect((await synod(['get', key, '-w', 'json'])).stdout).toContain('"version":4');
  const outside = await synod(['put', key, 'x']);
  expect(outside).toMatchObject({ code: 1, stderr: expect.stringContaining('lies below the lock') });
  expect((await inside(['unlock', path])).code).toBe(0);
  const late = await inside(['del', key]);
  expect(late).toMatchObject({ code: 1, stderr: expect.stringContaining('no lock with the fencing token') });
  stop.abort();
  await holding;
  expect(existsSync(around.SYNOD_SESSION_PLACES!)).toBe(false);
  const gone = await inside(['put', key, 'x']);
  expect(gone).toMatchObject({ code: 64, stderr: expect.stringContaining('SYNOD_SESSION_PLACES') });
});

test('a command gives its lock back early, and runs on', async () => {
  const path = newLock();
  const stop = new AbortController();
  const { around, holding } = await holdAround(path, stop);
  expect(await synod(['unlock', path], { env: around })).toMatchObject({ code: 0, stdout: `gave ${path} back\n` });
  expect((await lockOf(path))?.ended).toMatchObject({ kind: 'released' });
  stop.abort();
  expect((await holding).code).toBe(128 + 15);
  expect(await synod(['unlock', path])).toMatchObject({ code: 64, stderr: expect.stringContaining('SYNOD_SESSION') });
});

test('when the lock is lost the command gets SIGTERM, and it is said', async () => {
  const path = newLock();
  const running = synod(['lock', path, '--ttl', '2s', '--', 'sh', '-c', 'echo up; exec sleep 60'], { env });
  await eventually(async () => expect((await lockOf(path))?.state).toBe('held'));
  const { sessionId } = (await lockOf(path))!;
  await synod(['session', 'end', sessionId]);
  const { code, stderr } = await running;
  expect(code).toBe(128 + 15);
  expect(stderr).toMatch(/the lock .* may be somebody else's: its session has ended; the command was sent SIGTERM/);
});

test('when an operator takes the lock the command gets SIGTERM too', async () => {
  const path = newLock();
  const running = synod(['lock', path, '--', 'sh', '-c', 'exec sleep 60'], { env });
  await eventually(async () => expect((await lockOf(path))?.state).toBe('held'));
  await synod(['unlock', path, '--force', '--by', 'carla']);
  const { code, stderr } = await running;
  expect(code).toBe(128 + 15);
  expect(stderr).toContain('carla took it away; the command was sent SIGTERM');
});

const holdElsewhere = (path: string) => other.lock(path, { owner: 'the importer' }).acquire();

test('trying fails at once with the holder, waiting says where it stands and ends in time', async () => {
  const path = newLock();
  const held = await holdElsewhere(path);
  const tried = await synod(['lock', path, '--try', '--', 'true'], { env });
  expect(tried).toMatchObject({ code: 1, stderr: expect.stringContaining('held by the importer (session') });
  const waited = await synod(['lock', path, '--wait', '1s', '--', 'true'], { env });
  expect(waited.code).toBe(1);
  expect(waited.stderr).toContain('number 1 in the queue');
  expect(waited.stderr).toContain('was not granted in time');
  await held.release();
  expect((await synod(['lock', path, '--wait', '10s', '--', 'true'], { env })).code).toBe(0);
});

test('without a command it is held until it is stopped', async () => {
  const path = newLock();
  const stop = new AbortController();
  const onOutput = () => stop.abort();
  const { code, stdout } = await synod(['lock', path, '-w', 'json'], { stop: stop.signal, onOutput });
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ path, fencingToken: expect.any(Number) });
  expect((await lockOf(path))?.state).toBe('free');
});

test('locks shows holders and queues; session list shows who they are', async () => {
  const path = newLock();
  const held = await holdElsewhere(path);
  const waiting = connect({ endpoints: [served.address] });
  const granted = waiting.lock(path, { owner: 'the second' }).acquire();
  await eventually(async () => expect((await lockOf(path))?.queue).toHaveLength(1));
  const { stdout } = await synod(['locks', path]);
  expect(stdout).toMatch(new RegExp(`${path} +held +the importer \\(${held.session.id}\\) +${held.fencingToken}`));
  expect(stdout).toMatch(/1\. +waits +the second/);
  const { waits } = JSON.parse((await synod(['locks', path, '-w', 'json'])).stdout);
  expect(waits).toMatchObject([{ toSessionId: held.session.id, path }]);
  expect((await synod(['session', 'list'])).stdout).toMatch(new RegExp(`${held.session.id} +the other one`));
  await held.release();
  await (await granted).release();
  await waiting.close();
  expect((await synod(['locks', path])).stdout).toBe('no locks are held or wanted\n');
});

test('mistakes are said in one line', async () => {
  const cases: [string[], number, string][] = [
    [['lock', '/no/lock', '--', 'true'], 1, 'names no lock'],
    [['lock', newLock(), '--', '/no/such/program'], 127, 'there is no such command'],
    [['lock', newLock(), '--try', '--wait', '1s'], 64, 'either --try or --wait'],
    [['unlock', newLock(), '--force'], 1, 'nobody holds the lock'],
    [['session', 'end', 'nobody'], 1, 'there is no session nobody'],
  ];
  for (const [args, code, text] of cases) {
    const outcome = await synod(args, { env });
    expect(outcome).toMatchObject({ code, stderr: expect.stringContaining(text) });
    expect(outcome.stderr.trim().split('\n')).toHaveLength(1);
  }
});
