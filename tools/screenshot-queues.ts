import type { SynodClient } from '../src/client/index.ts';

const TTL_MS = 20_000;

/** Entries in every state, a queue that is longer than a page, and work of which nobody knows whether it was done. */
export async function fillQueues(client: SynodClient): Promise<void> {
  const importer = await client.openSession({ owner: 'importer-1', ttlMs: TTL_MS });
  const queue = client.queue('/jobs/import', { session: importer, worker: 'importer-1' });
  const files = ['orders-1.csv', 'orders-2.csv', 'orders-3.csv', 'customers.csv'];
  await queue.enqueue(
    [
      ...files.map((file) => ({ payload: pretty({ file, rows: 12_000 }), maxAttempts: file === files[1] ? 1 : 5 })),
      { payload: pretty({ merge: files.slice(0, 3) }), afterInBatch: [0, 1, 2] },
      { payload: pretty({ report: 'daily' }), afterInBatch: [4], assignee: 'reporter' },
      ...Array.from({ length: 6 }, (_, index) => ({ payload: pretty({ thumbnail: index + 1 }) })),
    ],
    { owner: 'nightly' },
  );
  await (await queue.claim())?.complete(pretty({ imported: 12_000 }));
  await (await queue.claim())?.fail('orders-2.csv: no such file');
  await (await queue.claim())?.checkpoint(pretty({ row: 4_711 }));
  await (await queue.claim())?.fail('the disk is full');
  for (let batch = 0; batch < 6; batch += 1) {
    const mails = Array.from({ length: 100 }, (_, index) => ({ payload: `mail ${batch * 100 + index + 1}` }));
    await client.queue('/mail/outgoing').enqueue(mails);
  }
  await client.once('/invoices/2026-41/mail', () => 'message 4711', { onDeath: 'ask' });
  const mailer = await client.openSession({ owner: 'mailer', ttlMs: TTL_MS });
  const dies = async (): Promise<string> => {
    await mailer.end();
    return 'it may have been sent';
  };
  // Its result is recorded no more.
  await client.once('/invoices/2026-42/mail', dies, { onDeath: 'ask', session: mailer }).catch(() => undefined);
}

function pretty(value: unknown): string {
  return JSON.stringify(value, null, 2);
}
