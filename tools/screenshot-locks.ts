import type { Session, SynodClient } from '../src/client/index.ts';

const TTL_MS = 20_000;

/** Programs that hold locks and wait for each other; the client renews their sessions until it is closed. */
export async function contendForLocks(client: SynodClient): Promise<void> {
  const session = (owner: string): Promise<Session> => client.openSession({ owner, ttlMs: TTL_MS });
  const hold = async (holder: Session, owner: string, path: string, leaseTtlMs = 0): Promise<void> => {
    await client.lock(path, { session: holder, owner, leaseTtlMs, adaptive: leaseTtlMs > 0 }).tryAcquire();
  };
  const wait = (waiter: Session, owner: string, path: string): void => {
    // It waits until the client is closed.
    client
      .lock(path, { session: waiter, owner })
      .acquire()
      .catch(() => undefined);
  };
  const importer = await session('importer');
  const nightly = await session('nightly-report');
  const billing = await session('billing-1');
  await hold(importer, 'importer', '/imports/_lockable');
  await hold(importer, 'importer', '/imports/_lockable/orders/_lockable', 60_000);
  await hold(nightly, 'nightly-report', '/reports/_lockable');
  await hold(billing, 'billing-1', '/ledger/_lockable');
  wait(nightly, 'nightly-report', '/imports/_lockable');
  for (let worker = 1; worker <= 9; worker += 1) {
    const owner = `worker-${worker}`;
    wait(await session(owner), owner, worker % 3 === 0 ? '/reports/_lockable' : '/imports/_lockable/orders/_lockable');
  }
  for (let shard = 1; shard <= 4; shard += 1) await hold(billing, 'billing-1', `/shards/${shard}/_lockable`);
  const released = await client.lock('/shards/5/_lockable', { session: billing, owner: 'billing-1' }).tryAcquire();
  if (released.kind === 'held') await released.lock.release();
}
