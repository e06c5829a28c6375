import { eventIterator } from '@orpc/contract';
import * as z from 'zod';
import { actingSchema } from './acting.ts';
import { pathSchema, readQuorumSchema, slotSchema, wallClockMsSchema } from './common.ts';
import { reading, STATE_STREAM, writing } from './procedure.ts';

export const electionSchema = z.object({
  path: pathSchema,
  state: z.enum(['vacant', 'held']),
  tenure: z.int().nonnegative().describe('Of the last tenure: the slot in which it began. 0: there was none.'),
  sessionId: z.string(),
  owner: z.string(),
  value: z.string().describe('What the winner proclaims.'),
  sinceMs: wallClockMsSchema,
  ended: z
    .object({
      kind: z.enum(['resigned', 'sessionEnded']),
      sessionId: z.string(),
      tenure: z.int(),
      slot: slotSchema,
      atMs: wallClockMsSchema,
    })
    .nullable()
    .describe('How the tenure before ended.'),
  queue: z.array(
    z.object({
      candidacy: z.int(),
      sessionId: z.string(),
      owner: z.string(),
      value: z.string(),
      queuedMs: wallClockMsSchema,
    }),
  ),
});
export type ElectionView = z.infer<typeof electionSchema>;

export const electionListSchema = z.object({ elections: z.array(electionSchema), slot: slotSchema });
export type ElectionList = z.infer<typeof electionListSchema>;

export const candidacySchema = z.object({
  state: z.enum(['waiting', 'elected', 'resigned', 'withdrawn', 'gone']),
  candidacy: z.int(),
  tenure: z.int().describe('0 unless elected, or just resigned.'),
  position: z.int().describe('In the queue, from 1; 0 unless waiting.'),
  slot: slotSchema,
});
export type Candidacy = z.infer<typeof candidacySchema>;

const one = z.strictObject({ path: pathSchema, as: actingSchema });
const act = (path: `/${string}`, summary: string, description: string) =>
  writing.route({ method: 'POST', path: `/elections/${path.slice(1)}`, summary, description, tags: ['elections'] });

const which = z.object({
  prefix: z.string().default('').describe('Only elections whose path begins with it.'),
  withVacant: z
    .boolean()
    .default(false)
    .describe('Also those without a winner and candidates, as far as they are remembered.'),
});

export const electionsContract = {
  list: reading
    .route({
      method: 'GET',
      path: '/elections',
      summary: 'List elections',
      description: 'With their winners, and who is in line.',
      tags: ['elections'],
    })
    .input(which.extend({ quorum: readQuorumSchema.default('majority') }))
    .output(electionListSchema),
  watch: reading
    .route({
      method: 'GET',
      path: '/elections/watch',
      summary: 'Watch elections',
      description: STATE_STREAM,
      tags: ['elections'],
    })
    .input(which)
    .output(eventIterator(electionListSchema)),
  campaign: act(
    '/campaign',
    'Stand for election',
    'The first candidate is elected, others wait in line; whoever is a candidate already changes its value. ' +
      'While `waitMs` lasts the call waits to be elected; then the candidacy stays in line until it is ' +
      'resigned.',
  )
    .input(
      one.extend({
        value: z.string().default('').describe('What is proclaimed when elected.'),
        owner: z.string().default(''),
        waitMs: z.int().nonnegative().max(60_000).default(0).describe('How long to wait for the election.'),
      }),
    )
    .output(candidacySchema),
  proclaim: act(
    '/proclaim',
    'Change what the winner proclaims',
    'NOT_ELECTED unless the session is the winner, and `tenure` still lasts.',
  )
    .input(
      one.extend({
        value: z.string(),
        tenure: z.int().nonnegative().default(0).describe('Refused unless it still lasts; 0: whichever lasts.'),
      }),
    )
    .output(candidacySchema),
  resign: act(
    '/resign',
    'Resign from an election',
    'Ends the tenure, and the next in line is elected; or leaves the line. NOT_ELECTED when the session is ' +
      'no candidate.',
  )
    .input(one)
    .output(candidacySchema),
};
