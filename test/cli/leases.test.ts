/** Guards the commands on leases, and the forgetting of history. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connect, type SynodClient } from '../../src/client/index.ts';
import { eventually } from '../support/eventually.ts';
import { type CliInput, runCli } from '../support/run-cli.ts';
import { type ServedApi, serveApi } from '../support/served-api.ts';

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

test('a key that is put with a lease is deleted when that ends', async () => {
  const leaseId = (await synod(['lease', 'grant', '60s'])).stdout.trim();
  expect((await synod(['put', '/services/a', 'here', '--lease', leaseId])).code).toBe(0);
  expect(JSON.parse((await synod(['get', '/services/a', '-w', 'json'])).stdout)).toMatchObject({ leaseId });
  expect(JSON.parse((await synod(['lease', 'list', '-w', 'json'])).stdout)).toMatchObject({
    leases: [{ leaseId, ttlMs: 60_000 }],
  });
  served.cell.fireTimer(`lease/${leaseId}`);
  expect((await other.get('/services/a')).item).toBeUndefined();
  const gone = { code: 1, stderr: `synod: there is no lease ${leaseId}: it has ended, or was never granted\n` };
  for (const act of ['keep', 'revoke']) expect(await synod(['lease', act, leaseId])).toMatchObject(gone);
  expect(await synod(['put', '/services/a', 'here', '--lease', leaseId])).toMatchObject({ code: 1 });
});

test('a lease that somebody else was granted is renewed until it is told to stop, or until the lease has ended', async () => {
  expect((await synod(['lease', 'grant', '2s', '--id', 'mine'])).stdout).toBe('mine\n');
  const timerId = 'lease/mine';
  const renewed = () => served.cell.renewals.flat().filter((renewal) => renewal.timerId === timerId).length;
  const stop = new AbortController();
  const stopped = synod(['lease', 'keep', 'mine'], { stop: stop.signal });
  await eventually(() => expect(renewed()).toBeGreaterThan(0));
  stop.abort();
  expect(await stopped).toMatchObject({ stdout: 'renewing lease mine; it ends 2s after Ctrl-C\n' });
  const kept = synod(['lease', 'keep', 'mine']);
  const before = renewed();
  await eventually(() => expect(renewed()).toBeGreaterThan(before));
  await other.put('/a', 'x', { leaseId: 'mine' });
  expect((await synod(['lease', 'revoke', 'mine'])).stdout).toBe('ended lease mine; deleted 1 key\n');
  expect(await kept).toMatchObject({ code: 1, stderr: 'synod: lease mine has ended\n' });
  expect((await other.get('/a')).item).toBeUndefined();
});

test('history below a revision is forgotten, and what asks for it is told', async () => {
  await other.put('/h', 'first');
  const { revision } = await other.put('/h', 'second');
  expect(await synod(['compact', String(revision)])).toMatchObject({
    code: 0,
    stdout: `history is kept from revision ${revision} on\n`,
  });
  expect((await other.history('/h')).items.map(({ item }) => item.value.toString())).toEqual(['second']);
  const past = await synod(['get', '/h', '--revision', String(revision - 1)]);
  expect(past).toMatchObject({
    code: 1,
    stderr: `synod: revision ${revision - 1} is forgotten; the oldest that is kept is ${revision}\n`,
  });
  expect(await synod(['compact', String(revision + 9)])).toMatchObject({ code: 1, stdout: '' });
  expect((await synod(['compact', 'all'])).code).toBe(64);
});
