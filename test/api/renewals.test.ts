// Guards renewals: batched, their age counted from when the client sent them, and a failure never told as an end.
import type { ClientDuplexStream, ServiceError } from '@grpc/grpc-js';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { RenewalPool } from '../../src/agent/api/renewals.ts';
import { CellError } from '../../src/agent/host/cell-port.ts';
import { RenewRequest, type RenewResponse } from '../../src/gen/synod/v1/user.ts';
import { LoneCell } from '../support/lone-cell.ts';
import { detailOf, type ServedApi, serveApi } from '../support/served-api.ts';
import { until } from './calls.ts';

let served: ServedApi;
beforeEach(async () => {
  served = await serveApi();
});
afterEach(() => served.stop());

function open(): {
  call: ClientDuplexStream<RenewRequest, RenewResponse>;
  responses: RenewResponse[];
  errors: ServiceError[];
} {
  const call = served.client.renew();
  const responses: RenewResponse[] = [];
  const errors: ServiceError[] = [];
  call.on('data', (response: RenewResponse) => responses.push(response));
  call.on('error', (error: ServiceError) => errors.push(error));
  return { call, responses, errors };
}

test('sessions and leases are renewed with their TTL; what has ended is told as ended', async () => {
  served.cell.execute({ kind: 'openSession', sessionId: 's1', ttlMs: 7_000, owner: '' });
  const { call, responses } = open();
  call.write(RenewRequest.fromPartial({ id: 5, sessionIds: ['s1', 'gone'], leaseIds: ['none'], ageMs: 30 }));
  await until(() => responses.length === 1);
  expect(responses[0]).toMatchObject({
    id: 5,
    items: [
      { id: 's1', isSession: true, renewed: true, ttlMs: 7_000 },
      { id: 'gone', isSession: true, renewed: false, ttlMs: 0 },
      { id: 'none', isSession: false, renewed: false, ttlMs: 0 },
    ],
  });
  const [items] = served.cell.renewals;
  expect(items!.map(({ timerId }) => timerId)).toEqual(['session/s1', 'session/gone', 'lease/none']);
  for (const { ageMs } of items!) expect(ageMs).toBeGreaterThanOrEqual(30);
  call.end();
});

test('renewals of one turn become one question, the youngest of each timer', async () => {
  const cell = new LoneCell();
  const pool = new RenewalPool(cell);
  const answers = await Promise.all([
    pool.renew(['session/own-session'], 500),
    pool.renew(['session/own-session', 'session/gone'], 0),
  ]);
  expect(cell.renewals).toHaveLength(1);
  const ages = new Map(cell.renewals[0]!.map(({ timerId, ageMs }) => [timerId, ageMs]));
  expect([...ages.keys()]).toEqual(['session/own-session', 'session/gone']);
  expect(ages.get('session/own-session')).toBeLessThan(500);
  expect(answers[0]!.get('session/own-session')!.renewed).toBe(true);
  expect(answers[1]!.get('session/gone')!.renewed).toBe(false);
});

test('a cell that cannot renew ends the stream, and does not say that anything ended', async () => {
  served.cell.failure = new CellError('NO_MAJORITY', 'nobody answers');
  const { call, responses, errors } = open();
  call.write(RenewRequest.fromPartial({ id: 1, sessionIds: ['own-session'] }));
  await until(() => errors.length === 1);
  expect(responses).toEqual([]);
  expect(detailOf(errors[0]!).reason).toBe('NO_MAJORITY');
});

test('an id that can be none is refused', async () => {
  const { call, errors } = open();
  call.write(RenewRequest.fromPartial({ id: 1, sessionIds: ['a/b'] }));
  await until(() => errors.length === 1);
  expect(detailOf(errors[0]!).reason).toBe('INVALID_ARGUMENT');
});
