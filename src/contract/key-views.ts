import * as z from 'zod';
import { bytesSchema, pathSchema, slotSchema, wallClockMsSchema } from './common.ts';

export const keyItemSchema = z.object({
  path: pathSchema,
  value: bytesSchema,
  sizeBytes: z.int().nonnegative().describe('Of the whole value, also when only a part of it is told.'),
  /** The value was cut off at `valueBytesMax`; ask again without it for all. */
  truncated: z.boolean(),
  version: z.int(),
  createRevision: z.int(),
  modRevision: z.int(),
  leaseId: z.string(),
});
export type KeyItem = z.infer<typeof keyItemSchema>;

export const levelItemSchema = z.object({
  segment: z.string(),
  descendants: z.int().nonnegative().describe('Keys strictly below it.'),
  isKey: z.boolean(),
  version: z.int(),
  modRevision: z.int(),
  sizeBytes: z.int(),
});
export type LevelItem = z.infer<typeof levelItemSchema>;

export const keyChangeSchema = z.object({
  kind: z.enum(['put', 'delete']),
  item: keyItemSchema,
  previous: keyItemSchema.nullable(),
  slot: slotSchema,
  stampMs: wallClockMsSchema,
});
export type KeyChange = z.infer<typeof keyChangeSchema>;

export const writeOutcomeSchema = z.object({
  /** False: the comparison did not hold and nothing was done; `current` is the key as it stands. */
  succeeded: z.boolean(),
  slot: slotSchema,
  revision: z.int(),
  current: keyItemSchema.nullable(),
  previous: keyItemSchema.nullable(),
  deleted: z.int().nonnegative(),
  notAppliedBy: z.array(z.string()).describe('Quorum all: voters that had not applied it in time, by name.'),
});
export type WriteOutcome = z.infer<typeof writeOutcomeSchema>;
