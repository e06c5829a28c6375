import * as z from 'zod';
import { fencedActingSchema } from './acting.ts';
import { pathSchema, readQuorumSchema, slotSchema, wallClockMsSchema, writeQuorumSchema } from './common.ts';
import { reading, writing } from './procedure.ts';

export const limitSchema = z.object({
  name: z.string(),
  limit: z.int().nonnegative().describe('0: unlimited.'),
  defaultLimit: z.int().nonnegative(),
  by: z.string().describe('Who changed it; empty: nobody.'),
  atMs: wallClockMsSchema,
});
export type LimitView = z.infer<typeof limitSchema>;

export const countersContract = {
  increment: writing
    .route({
      method: 'POST',
      path: '/counters/increment',
      summary: 'Add to a number',
      description:
        'A key that does not exist counts as 0. NOT_A_NUMBER when its value is no decimal whole number of 64 ' +
        'bits, OVERFLOW when the sum would be none.',
      tags: ['counters'],
    })
    .input(
      z.strictObject({
        path: pathSchema,
        by: z.int().describe('Negative to subtract.'),
        as: fencedActingSchema.optional(),
        quorum: writeQuorumSchema.default('majority'),
      }),
    )
    .output(z.object({ value: z.string().describe('The sum, in decimal: it has up to 64 bits.'), slot: slotSchema })),
};

export const limitsContract = {
  list: reading
    .route({
      method: 'GET',
      path: '/limits',
      summary: 'List limits',
      description: 'What the cell may have of something, and who changed it.',
      tags: ['limits'],
    })
    .input(z.object({ quorum: readQuorumSchema.default('majority') }))
    .output(z.object({ limits: z.array(limitSchema), slot: slotSchema })),
  set: writing
    .route({
      method: 'POST',
      path: '/limits',
      summary: 'Change a limit',
      description:
        'For the whole cell. What exceeds it already stays; what would exceed it is refused with LIMIT_EXCEEDED.',
      tags: ['limits'],
    })
    .input(
      z.strictObject({
        name: z.string(),
        limit: z.int().nonnegative().describe('0: unlimited.'),
        by: z.string().min(1).describe('Who does this, for the record.'),
      }),
    )
    .output(z.object({ slot: slotSchema })),
};
