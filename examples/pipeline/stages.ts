import type { SynodClient } from '../../src/client/index.ts';

/** The stages of a batch, in order, and how many workers each has. */
export const STAGES = [
  { name: 'load', workers: 2 },
  { name: 'transform', workers: 2 },
  { name: 'publish', workers: 1 },
] as const;

export type StageName = (typeof STAGES)[number]['name'];

export const ITEMS = 12;

export const barrierOf = (batch: string, stage: StageName) => `/examples/pipeline/${batch}/stages/${stage}`;
export const itemOf = (batch: string, stage: StageName, item: number) =>
  `/examples/pipeline/${batch}/items/${stage}/${item}`;

/** The number that a stage left for an item. */
export async function readItem(client: SynodClient, batch: string, stage: StageName, item: number): Promise<number> {
  const { item: found } = await client.get(itemOf(batch, stage, item));
  if (found === undefined) throw new Error(`the stage ${stage} left nothing for item ${item}`);
  return Number(Buffer.from(found.value).toString());
}
