/** Guards the commands on proposals: waiting for the decision, votes, what stops them, lists, and exit codes. */
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { connect, type SynodClient } from '../../src/client/index.ts';
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

const synod = (args: readonly string[], input: CliInput = {}) =>
  runCli(args, { env: { SYNOD_ENDPOINTS: served.address }, ...input });
const textOf = async (key: string) => {
  const { item } = await other.get(key);
  return item && Buffer.from(item.value).toString();
};

/** A proposal that waits for its decision, and its number. */
async function propose(...args: string[]) {
  let told = '';
  const decided = synod(['propose', ...args, '--deadline', '60s'], {
    onOutput: (text) => {
      told = text;
    },
  });
  await vi.waitFor(() => expect(told).toMatch(/^proposal \d+ stands/), PATIENCE_MS);
  return { decided, number: /\d+/.exec(told)![0] };
}

test('the deciding vote writes the value, and whoever proposed is told every vote', async () => {
  const { decided, number } = await propose('/a', '2.1', '--voter', 'ada', '--voter', 'bruno', '--voter', 'clara');
  const vote = (word: string, as: string) => synod(['vote', number, word, '--as', as]);
  expect((await vote('no', 'clara')).stdout).toBe('pending: 0 for, 1 against; 2 of 3 must be for it\n');
  expect(await vote('yes', 'zoe')).toMatchObject({ code: 1, stderr: expect.stringContaining('zoe') });
  expect((await vote('yes', 'ada')).code).toBe(0);
  expect(await vote('yes', 'ada')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('ada voted for proposal'),
  });
  expect(await textOf('/a')).toBeUndefined();
  expect((await vote('yes', 'bruno')).stdout).toMatch(/^accepted: 2 for, 1 against; /);
  expect(await textOf('/a')).toBe('2.1');
  const { code, stdout } = await decided;
  expect(code).toBe(0);
  expect(stdout.split('\n').slice(0, 5)).toEqual([
    `proposal ${number} stands for 1m0s: 2 of 3 must be for it (ada, bruno, clara)`,
    ...['clara is against it', 'ada is for it', 'bruno is for it'],
    expect.stringMatching(/^accepted: 2 for, 1 against; /),
  ]);
  expect(await vote('yes', 'clara')).toMatchObject({ code: 1, stderr: expect.stringContaining('accepted') });
});

test('what is rejected, expires or is withdrawn fails, and writes nothing', async () => {
  const unanimous = await propose('/b', '1', '--voter', 'ada', '--voter', 'bruno', '--share', '2/2');
  await synod(['vote', unanimous.number, 'no', '--as', 'ada']);
  expect(await unanimous.decided).toMatchObject({ code: 1, stdout: expect.stringContaining('rejected: 0 for, 1 ag') });
  const late = await propose('/b', '1', '--voter', 'ada');
  served.cell.fireTimer(`proposal/${late.number}`);
  expect(await late.decided).toMatchObject({ code: 1, stdout: expect.stringContaining('expired: 0 for, 0 against; ') });
  const given = await propose('/b', '1', '--voter', 'ada');
  expect((await synod(['withdraw', given.number, '--by', 'carla', '--why', 'too early'])).code).toBe(0);
  expect(await given.decided).toMatchObject({
    code: 1,
    stdout: expect.stringContaining('withdrawn: 0 for, 0 against'),
  });
  expect(await textOf('/b')).toBeUndefined();
});

test('it need not be waited for, stands when the wait is interrupted, and the list shows all', async () => {
  const voters = ['--voter', 'ada', '--voter', 'bruno'];
  const standing = await synod(['propose', '/c/1', 'x', ...voters, '--deadline', '60s', '--no-wait', '-w', 'json']);
  expect(standing.code).toBe(0);
  const { proposal } = JSON.parse(standing.stdout);
  await synod(['vote', String(proposal), 'yes', '--as', 'ada']);
  const stop = new AbortController();
  const interrupted = await synod(['propose', '/c/2', 'y', ...voters], {
    stop: stop.signal,
    onOutput: () => stop.abort(),
  });
  expect(interrupted).toMatchObject({
    code: 130,
    stderr: expect.stringMatching(/proposal \d+ stands until its deadline/),
  });
  const { stdout } = await synod(['proposals', '/c', '--pending']);
  const rows = stdout.trimEnd().split('\n').slice(1);
  expect(rows).toEqual([expect.stringContaining('/c/2'), expect.stringContaining('ada (for), bruno')]);
  const { proposals } = JSON.parse((await synod(['proposals', '/c/1', '-w', 'json'])).stdout);
  expect(proposals).toMatchObject([{ proposal, state: 'pending', value: 'x', votes: [{ voter: 'ada', isFor: true }] }]);
  expect((await synod(['proposals', '/none'])).stdout).toBe(
    'there are no proposals for keys that begin with "/none"\n',
  );
});

test.each([
  [
    ['propose', '/a', '1', '--share', '0'],
    64,
    '--share: "0" is not a share above 0 and at most 1, such as 0.75 or 2/3',
  ],
  [
    ['propose', '/a', '1', '--share', '51%'],
    64,
    '--share: "51%" is not a share above 0 and at most 1, such as 0.75 or 2/3',
  ],
  [
    ['propose', '/a', '1', '--share', '3/2'],
    64,
    '--share: "3/2" is not a share above 0 and at most 1, such as 0.75 or 2/3',
  ],
  [['propose', 'a', '1'], 1, 'a key is a path that starts with /, this one is "a"'],
  [['propose', '/a', '1', '--voter', 'x', '--voter', 'x'], 1, 'x is named twice in the electorate'],
  [['vote', '1', 'maybe'], 64, '"maybe" is no vote: write yes or no'],
  [['vote', 'x', 'yes'], 64, 'NUMBER: "x" is not a whole number'],
  [['vote', '999999', 'yes'], 1, 'there is no proposal 999999, or it was decided long ago'],
  [['withdraw', '999999'], 1, 'there is no proposal 999999, or it was decided long ago'],
] as const)('%j is refused in one line', async (args, code, line) => {
  expect(await synod(args)).toEqual({ code, stdout: '', stderr: `synod: ${line}\n` });
});
