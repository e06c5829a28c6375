import { setTimeout as sleep } from 'node:timers/promises';
// A program of its own imports from 'synod/client'.
import { connect, type OnceWork, SynodError } from '../../src/client/index.ts';

/**
 * Pays an order, once in all, whoever else pays it. Between the payment and its record it waits for PAUSE_MS, so that there
 * is time to kill it.
 *
 *   node examples/payment/pay.ts NAME ORDER again|ask PAUSE_MS BANK_URL HOST:PORT...
 */
const [name = '', order = '', policy = '', pauseMs = '', bank = '', ...endpoints] = process.argv.slice(2);
// Again: the bank knows a repeat by its key, so a repeat does no harm. Ask: it does not, and a person has to look.
const onDeath = policy === 'again' ? 'again' : 'ask';
const headers: Record<string, string> = onDeath === 'again' ? { 'idempotency-key': `order ${order}` } : {};

await using client = connect({ endpoints, session: { owner: name, ttlMs: 5_000 } });

async function pay({ signal, token }: OnceWork): Promise<string> {
  console.log(`${name} pays order ${order} (claim ${token})`);
  const response = await fetch(`${bank}/?order=${order}`, { method: 'POST', headers, signal });
  if (!response.ok) throw new Error(`the bank refused: ${response.status}`);
  const receipt = await response.text();
  console.log(`${name} has paid: ${receipt}; not recorded yet`);
  await sleep(Number(pauseMs));
  return receipt;
}

try {
  const { result, didRun } = await client.once(`/examples/payments/${order}`, pay, {
    onDeath,
    owner: name,
    // A request that failed on the way may have reached the bank: the claim then ends with this program, like by a death.
    isUndone: () => false,
  });
  console.log(`order ${order} is paid${didRun ? '' : ' already'}: ${Buffer.from(result).toString()}`);
} catch (error) {
  if (!(error instanceof SynodError)) throw error;
  console.log(`${error.reason}: ${error.message}`);
  process.exitCode = 1;
}
