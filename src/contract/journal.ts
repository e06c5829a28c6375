import * as z from 'zod';
import { ballotSchema, slotSchema, wallClockMsSchema } from './common.ts';
import { reading } from './procedure.ts';

export const journalEntrySchema = z.object({
  slot: slotSchema,
  kind: z.enum(['command', 'configuration', 'noop']),
  ballot: ballotSchema.describe('In which it stands in this journal.'),
  origin: ballotSchema.describe('In which it was first proposed.'),
  stampMs: wallClockMsSchema,
  payloadBytes: z.int(),
  requests: z.int().describe('Requests that share the entry.'),
  summary: z.string().describe('One line: what the entry does.'),
  chosen: z.boolean(),
  applied: z.boolean(),
});
export type JournalEntryView = z.infer<typeof journalEntrySchema>;

export const journalBoundsSchema = z.object({
  floor: slotSchema.describe('The first slot that is still kept.'),
  end: slotSchema.describe('The last slot of this journal.'),
  chosenThrough: slotSchema,
  applied: slotSchema,
});

export const journalContract = {
  list: reading
    .route({
      method: 'GET',
      path: '/journal',
      summary: 'List slots of the journal',
      description: 'Of this agent, from `fromSlot` or else the newest ones; `bounds` says which it keeps.',
      tags: ['journal'],
    })
    .input(
      z.object({
        fromSlot: slotSchema.default(0).describe('First slot; 0: the newest ones.'),
        limit: z.int().positive().max(1_000).default(200),
      }),
    )
    .output(z.object({ bounds: journalBoundsSchema, entries: z.array(journalEntrySchema) })),
  entry: reading
    .route({
      method: 'GET',
      path: '/journal/{slot}',
      summary: 'Read a slot of the journal',
      description:
        'Decoded: `payload` has the requests of a command or the participants of a configuration. NOT_FOUND when ' +
        'this agent does not keep the slot.',
      tags: ['journal'],
    })
    .input(z.object({ slot: z.coerce.number().int().positive() }))
    .output(
      z.object({
        entry: journalEntrySchema,
        /** The requests of a command, the participants of a configuration. */
        payload: z.unknown(),
        /** User keys that the entry names, to open in Keys. */
        paths: z.array(z.string()),
      }),
    ),
};
