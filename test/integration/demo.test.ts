/** Guards the guided run: every step does on a real cell what it says, Enter goes on, and nothing is left of it. */
import { existsSync } from 'node:fs';
import { PassThrough } from 'node:stream';
import { afterEach, expect, test, vi } from 'vitest';
import { runCli } from '../support/run-cli.ts';
import { isRunning, SynodProcess } from '../support/synod-process.ts';

/** Long enough for any machine: nothing passes because time went by. */
const PATIENCE = { timeout: 90_000, interval: 50 };
const running: SynodProcess[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((each) => each.stop()));
});

/** The agents that a table of it names, and the directory that they live in. */
function told(stdout: string) {
  const pids = [...stdout.matchAll(/^ {2}\w+ +(\d+) +127\.0\.0\.1:\d+ +http:/gm)].map(([, pid]) => Number(pid));
  return { pids, directory: /State and logs: ([^,]+),/.exec(stdout)?.[1] ?? '' };
}

test('without a terminal it runs through, and every step has happened', async () => {
  const { code, stdout, stderr } = await runCli(['demo', '-w', 'json']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const steps = stdout.trimEnd().split('\n');
  const [leadership, replication, elections, locks, barriers, race] = steps.map((line) => JSON.parse(line));
  expect(leadership.after.name).not.toBe(leadership.before.name);
  expect(leadership.after.ballot).toBeGreaterThan(leadership.before.ballot);
  expect(replication.reads.map(({ value }: { value: string }) => value)).toEqual(['hello', 'hello', 'hello']);
  expect(Math.min(...replication.reads.map(({ slot }: { slot: number }) => slot))).toBeGreaterThanOrEqual(
    replication.writtenSlot,
  );
  expect(elections.tenures[1]).toBeGreaterThan(elections.tenures[0]);
  expect(locks.tokens[1]).toBeGreaterThan(locks.tokens[0]);
  expect(locks.refusals).toEqual(['SESSION_UNKNOWN', 'TOKEN_STALE']);
  const released = { state: 'released', generation: 1, arrived: 3 };
  expect(barriers.released).toEqual([released, released, released]);
  expect(race).toEqual({ step: 'race', succeeded: 1, left: 7 });
}, 240_000);

test('at a terminal it goes on with Enter, also under its other name, and Ctrl-C ends it with all that it started', async () => {
  const stdin = new PassThrough();
  const stop = new AbortController();
  let seen = '';
  const tour = runCli(['consensus'], {
    ...{ stdin, isTerminal: true, stop: stop.signal },
    onOutput: (text) => {
      seen = text;
    },
  });
  await vi.waitFor(() => expect(seen).toContain('Enter goes on'), PATIENCE);
  expect(seen).not.toContain('1/6');
  stdin.write('\n');
  await vi.waitFor(() => expect(seen.match(/Enter goes on/g)).toHaveLength(2), PATIENCE);
  expect(seen).toMatch(/kill -9 \d+ .*\n.* leads \d+ ms later/);
  expect(seen).not.toContain('2/6');
  stop.abort();
  expect(await tour).toMatchObject({ code: 130, stderr: 'synod: interrupted\n' });
  const { pids, directory } = told(seen);
  expect(pids).toHaveLength(3);
  expect(pids.filter(isRunning)).toEqual([]);
  expect(existsSync(directory)).toBe(false);
}, 240_000);

test('a signal in the middle of a step ends it without a trace', async () => {
  const tour = new SynodProcess(['demo', '--yes']);
  running.push(tour);
  await vi.waitFor(() => expect(tour.stdout).toContain('number 1 in the queue'), PATIENCE);
  tour.child.kill('SIGTERM');
  expect(await tour.ended).toEqual({ code: 130, signal: null });
  expect(tour.stderr).toBe('synod: interrupted\n');
  const { pids, directory } = told(tour.stdout);
  expect(pids).toHaveLength(3);
  await vi.waitFor(() => expect(pids.filter(isRunning)).toEqual([]), PATIENCE);
  expect(existsSync(directory)).toBe(false);
}, 240_000);
