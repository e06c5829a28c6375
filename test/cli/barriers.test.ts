/** Guards the commands on barriers: arriving together, giving up, members, breaking and lists. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PlacesFolder } from '../../src/cli/shared-places.ts';
import { connect, type SynodClient } from '../../src/client/index.ts';
import { ROOT } from '../../tools/source-files.ts';
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

const barrier = (args: readonly string[], input: CliInput = {}) =>
  runCli(['barrier', ...args, '--endpoint', served.address], input);
const arrived = async (path: string) => (await other.barriers({ prefix: path })).barriers[0]?.arrived;

test('two who arrive go on together', async () => {
  const made = await barrier(['create', '/two', '--count', '2', '--open']);
  expect(made).toMatchObject({ code: 0, stdout: 'made the barrier /two; 2 arrivals release it\n' });
  const first = barrier(['await', '/two', '--owner', 'the first']);
  await eventually(async () => expect(await arrived('/two')).toBe(1));
  expect((await barrier(['list', '/two'])).stdout).toMatch(/\/two +standing +1 +1 +2 +the first \(here\)/);
  const second = await barrier(['await', '/two', '-w', 'json']);
  expect(JSON.parse(second.stdout)).toMatchObject({ path: '/two', state: 'released', generation: 1, arrived: 2 });
  expect(await first).toMatchObject({ code: 0, stdout: 'released: generation 1, 2 arrived\n' });
});

test('whoever is interrupted, or has waited long enough, leaves', async () => {
  await barrier(['create', '/long', '--count', '2', '--open', '--shrink']);
  expect(await barrier(['await', '/long', '--wait', '30ms'])).toMatchObject({
    ...{ code: 1, stderr: 'synod: the barrier /long was not released in time\n' },
  });
  const stop = new AbortController();
  const waiting = barrier(['await', '/long'], { stop: stop.signal });
  await eventually(async () => expect(await arrived('/long')).toBe(1));
  stop.abort();
  expect((await waiting).code).toBe(130);
  await eventually(async () => expect(await arrived('/long')).toBe(0));
});

test('whoever gives up leaves, also in a session that goes on, before its process ends', async () => {
  const places = PlacesFolder.create();
  const { id } = await other.openSession({ owner: 'around', places });
  await barrier(['create', '/around', '--count', '2', '--open']);
  const args = ['barrier', 'await', '/around', '--wait', '10ms', '--endpoint', served.address];
  const env = { ...process.env, SYNOD_SESSION: id, SYNOD_SESSION_PLACES: places.folder };
  const child = spawn(process.execPath, [join(ROOT, 'src/cli/synod.ts'), ...args], { env, stdio: 'ignore' });
  const [code] = await once(child, 'exit');
  expect(code).toBe(1);
  expect(await arrived('/around')).toBe(0);
  places.remove();
});

test('members are named, added and removed; breaking, resetting and deleting', async () => {
  const [one, two] = [await other.openSession({ owner: 'one' }), await other.openSession({ owner: 'two' })];
  await barrier(['create', '/named', '--percent', '50', '--member', one.id]);
  const changed = await barrier(['members', '/named', '--add', two.id]);
  expect(changed.stdout).toBe('2 members; 1 arrival releases it\n');
  const stranger = await barrier(['await', '/named']);
  expect(stranger).toMatchObject({ code: 1, stderr: expect.stringContaining('takes no part') });
  expect((await barrier(['break', '/named', '--by', 'carla', '--why', 'a test'])).code).toBe(0);
  expect((await barrier(['await', '/named'])).stderr).toContain('was broken by carla: a test');
  expect((await barrier(['reset', '/named'])).stdout).toBe('/named stands in generation 2\n');
  expect((await barrier(['delete', '/named'])).stdout).toBe('deleted /named\n');
  expect(await barrier(['list', '/named'])).toMatchObject({ stdout: 'there are no barriers\n' });
  const both = await barrier(['create', '/x', '--count', '1', '--percent', '2']);
  expect(both).toMatchObject({ code: 64, stderr: expect.stringContaining('either --count or --percent') });
});
