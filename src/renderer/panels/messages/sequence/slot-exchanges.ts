import type { Exchange, OperatorClient } from '../../../../contract/index.ts';

const BACKLOG = 2_000;

/**
 * Everything that the logs of all participants still have about a slot. An acknowledgement names the last slot that it covers
 * only, so those of the batches that carried the slot are asked for by the ends of the batches.
 */
export async function exchangesOfSlot(
  { sequence }: Pick<OperatorClient['messages'], 'sequence'>,
  slot: number,
  signal: AbortSignal,
): Promise<readonly Exchange[]> {
  const ask = async (filter: { slot: number; kinds?: string[] }): Promise<Exchange[]> => {
    const found: Exchange[] = [];
    const asked = { filter: { ...filter, includeOwn: true, includeHeartbeats: false }, backlog: BACKLOG, live: false };
    for await (const { exchanges } of await sequence(asked, { signal })) found.push(...exchanges);
    return found;
  };
  const about = await ask({ slot });
  const ends = new Set(about.filter(({ kind }) => kind === 'accept').map(({ throughSlot }) => throughSlot));
  ends.delete(slot);
  const answers = await Promise.all([...ends].map((end) => ask({ slot: end, kinds: ['acceptReply', 'chosen'] })));
  const byId = new Map([...about, ...answers.flat()].map((exchange) => [exchange.messageId, exchange]));
  return [...byId.values()];
}
