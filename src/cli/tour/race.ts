import type { SynodClient } from '../../client/index.ts';
import { preview } from '../output.ts';
import type { Step } from './step.ts';

const KEY = '/demo/stock';

export const race: Step = {
  name: 'race',
  title: 'Two programs change a key at once',
  why: 'Both read the same version, and both write only if it is still that one. The journal puts one before the other: the second is refused, told what stands there now, and tries again from that. No change is lost, and nobody held a lock.',
  run: async (cell, tell) => {
    const signal = cell.stop;
    const [first, second] = cell.running.map((agent) => cell.clientOf(agent));
    await first!.put(KEY, '10', { signal });
    await tell.done(`synod put ${KEY} 10`);
    const sellers = [
      { name: 'ada', client: first!, by: 1 },
      { name: 'bruno', client: second!, by: 2 },
    ];
    const sales = await Promise.all(
      sellers.map(async (seller) => ({ ...seller, ...(await read(seller.client, signal)) })),
    );
    const attempts = await Promise.all(sales.map(async (sale) => ({ ...sale, result: await sell(sale, signal) })));
    for (const { name, by, amount, version, result } of attempts) {
      const what = `${name}: ${amount} - ${by} = ${amount - by}, if the version is still ${version}`;
      const { slot, current } = result;
      const now = `the version is ${current?.version}, the value ${preview(current?.value ?? new Uint8Array())}`;
      await tell.seen(
        result.succeeded ? `${what}: written at slot ${slot}.` : `${what}: refused at slot ${slot}; ${now}.`,
      );
    }
    const loser = attempts.find(({ result }) => !result.succeeded);
    if (loser !== undefined) {
      const again = { ...loser, ...(await read(loser.client, signal)) };
      const { succeeded, slot } = await sell(again, signal);
      const { name, amount, by, version } = again;
      const what = `${name} again: ${amount} - ${by} = ${amount - by}, if the version is still ${version}`;
      await tell.seen(`${what}: ${succeeded ? 'written' : 'refused'} at slot ${slot}.`);
    }
    const { amount } = await read(first!, signal);
    await tell.done(`synod get ${KEY}`);
    await tell.seen(`${amount}`);
    return { succeeded: attempts.filter(({ result }) => result.succeeded).length, left: amount };
  },
};

interface Sale {
  readonly client: SynodClient;
  readonly amount: number;
  readonly by: number;
  readonly version: number;
}

async function read(client: SynodClient, signal: AbortSignal) {
  const { item } = await client.get(KEY, { signal });
  return { amount: Number(preview(item?.value ?? new Uint8Array())), version: item?.version ?? 0 };
}

function sell({ client, amount, by, version }: Sale, signal: AbortSignal) {
  return client.compareAndWrite(KEY, { version }, String(amount - by), { signal });
}
