/** Guards `synod try` where the desktop app can run: one window on a cell of three agents, all of which end with the command. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, expect, it, vi } from 'vitest';
import type { Context } from '../../src/cli/command.ts';
import { runTryApp } from '../../src/cli/try-app.ts';
import { connect } from '../../src/client/index.ts';
import { Flags } from '../../src/command-line/parse-flags.ts';
import { desktopUnderTest } from './desktop-app.ts';
import { until } from './support/until.ts';

vi.setConfig({ testTimeout: 180_000 });
const directory = mkdtempSync(join(tmpdir(), 'synod-try-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function context(): Context & { readonly stdout: PassThrough } {
  const stdout = new PassThrough();
  const stop = new AbortController().signal;
  const world = { stdin: new PassThrough(), stdout, stderr: new PassThrough(), env: {}, stop };
  return { ...world, positionals: [], flags: new Flags(new Map()), json: false };
}

const tryIt = (over: AbortSignal, args: readonly string[] = []) => {
  const { program, args: given } = desktopUnderTest();
  const desktop = { kind: 'possible', program, args: [...given, ...args] } as const;
  return runTryApp(context(), { desktop, directory, grpcAddr: '127.0.0.1:0', httpAddr: '127.0.0.1:0', over });
};

it('opens the app on three agents, keeps their state beside each other, and ends all of them', async () => {
  const over = new AbortController();
  const ended = tryIt(over.signal);
  const log = () =>
    existsSync(join(directory, 'agent1.log')) ? readFileSync(join(directory, 'agent1.log'), 'utf8') : '';
  const address = await until('an agent that joined', () => /at (127\.0\.0\.1:\d+) joined/.exec(log())?.[1]);
  await using client = connect({ endpoints: [address] });
  const members = await until('three voters', async () => {
    const voters = (await client.members()).members.filter(({ role }) => role === 'voter');
    return voters.length === 3 && voters;
  });
  expect([1, 2, 3].map((index) => existsSync(join(directory, `agent${index}`, 'log.db')))).toEqual([true, true, true]);
  over.abort();
  expect(await ended).toBe(0);
  expect(members).toHaveLength(3);
  await until('the end of the others', async () => {
    const alive = await client.members({ timeoutMs: 500 }).then(
      () => true,
      () => false,
    );
    return !alive;
  });
});

it('says when the app ended by itself with a failure', async () => {
  const never = new AbortController().signal;
  await expect(tryIt(never, ['--max-voters', '99'])).rejects.toThrow('the desktop app has ended (exit code 64)');
});
