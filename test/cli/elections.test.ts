/** Guards the commands on elections, counters and limits. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connect, type SynodClient } from '../../src/client/index.ts';
import { eventually } from '../support/eventually.ts';
import { type CliInput, runCli } from '../support/run-cli.ts';
import { type ServedApi, serveApi } from '../support/served-api.ts';

let served: ServedApi;
let other: SynodClient;

beforeAll(async () => {
  served = await serveApi();
  other = connect({ endpoints: [served.address], session: { owner: 'the other one' } });
});
afterAll(async () => {
  await other.close();
  await served.stop();
});

const synod = ([name = '', ...args]: readonly string[], input: CliInput = {}) =>
  runCli([name, '--endpoint', served.address, ...args], { env: { PATH: process.env.PATH ?? '' }, ...input });

test('a command runs while elected, and the next in line follows when it ends', async () => {
  const tenure = await other.election('/e', { owner: 'other' }).campaign();
  const command = ['elect', '/e', '--value', 'here', '--', 'sh', '-c', 'echo "$SYNOD_TENURE"; exit 3'];
  const running = synod(command);
  await eventually(async () => expect((await other.elections()).elections[0]?.queue).toHaveLength(1));
  await tenure.resign();
  const { code, stdout } = await running;
  expect(code).toBe(3);
  expect(Number(stdout)).toBeGreaterThan(tenure.tenure);
  const { elections } = await other.elections({ withVacant: true });
  expect(elections[0]).toMatchObject({ state: 'vacant', ended: { kind: 'sessionEnded', tenure: Number(stdout) } });
});

test('observing prints who is elected', async () => {
  const tenure = await other.election('/o', { owner: 'other' }).campaign('10.0.0.7');
  const { stdout } = await synod(['elect', '/o', '--observe', '--limit', '1']);
  expect(stdout).toBe(`tenure ${tenure.tenure}  other (${tenure.session.id}): 10.0.0.7\n`);
  expect(await synod(['elect', '/o', '--wait', '30ms'])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining(`not elected in /o in time: other (session ${tenure.session.id}) is`),
  });
});

test('without a command it stays elected until it is stopped', async () => {
  const stop = new AbortController();
  const outcome = await synod(['elect', '/s', '-w', 'json'], { stop: stop.signal, onOutput: () => stop.abort() });
  expect(JSON.parse(outcome.stdout)).toMatchObject({ path: '/s', tenure: expect.any(Number) });
  expect(outcome.code).toBe(0);
});

test('incr prints the sum', async () => {
  expect((await synod(['incr', '/n'])).stdout).toBe('1\n');
  expect((await synod(['incr', '/n', '--', '-5'])).stdout).toBe('-4\n');
  expect((await synod(['incr', '/n', '10', '-w', 'json'])).stdout).toBe('{"key":"/n","value":"6"}\n');
  expect(await synod(['incr', '/n', 'x'])).toMatchObject({ code: 64, stderr: expect.stringContaining('whole number') });
});

test('limits are shown and changed', async () => {
  expect((await synod(['limits'])).stdout).toMatch(/waitersPerLock +64 +64/);
  const { stdout } = await synod(['limits', 'barriers', '0', '--by', 'carla']);
  expect(stdout).toMatch(/barriers +unlimited +64 +carla +\d{4}-/);
  expect(await synod(['limits', 'barriers'])).toMatchObject({ code: 64 });
  expect(await synod(['limits', 'nonsense', '1'])).toMatchObject({
    ...{ code: 1, stderr: expect.stringContaining('there is no limit "nonsense"; there are locks') },
  });
});
