import { eventIterator } from '@orpc/contract';
import * as z from 'zod';
import { actingSchema } from './acting.ts';
import { pathSchema, readQuorumSchema, slotSchema, wallClockMsSchema } from './common.ts';
import { reading, STATE_STREAM, writing } from './procedure.ts';

export const thresholdSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('full') }),
  z.object({ kind: z.literal('count'), count: z.int().positive() }),
  z.object({ kind: z.literal('percent'), percent: z.int().min(1).max(100) }),
]);

export const barrierSchema = z.object({
  path: pathSchema,
  state: z.enum(['standing', 'broken']),
  generation: z.int().positive(),
  arrived: z.int().nonnegative(),
  required: z.int().nonnegative().describe('How many arrivals release it.'),
  threshold: thresholdSchema,
  isOpen: z.boolean(),
  isArmed: z.boolean(),
  onDeath: z.enum(['break', 'shrink']),
  timeoutMs: z.int().nonnegative(),
  onTimeout: z.enum(['break', 'release']),
  next: z.string().describe('The barrier that each release of this one arms; empty: none.'),
  owner: z.string(),
  released: z
    .object({
      generation: z.int(),
      kind: z.enum(['threshold', 'timeout']),
      arrived: z.int(),
      required: z.int(),
      slot: slotSchema,
      atMs: wallClockMsSchema,
    })
    .nullable()
    .describe('The last release.'),
  broken: z
    .object({
      generation: z.int(),
      kind: z.enum(['asked', 'death', 'timeout']),
      by: z.string(),
      why: z.string(),
      slot: slotSchema,
      atMs: wallClockMsSchema,
    })
    .nullable(),
  members: z.array(
    z.object({
      sessionId: z.string(),
      owner: z.string(),
      hasArrived: z.boolean(),
      arrivedMs: wallClockMsSchema,
      isPassing: z.boolean().describe('It came by arriving, and is a member only until the release.'),
    }),
  ),
});
export type BarrierView = z.infer<typeof barrierSchema>;

export const barrierListSchema = z.object({ barriers: z.array(barrierSchema), slot: slotSchema });
export type BarrierList = z.infer<typeof barrierListSchema>;

/** How it stands with the generation that was asked about. */
export const passageSchema = z.object({
  state: z.enum(['standing', 'released', 'broken', 'deleted']),
  generation: z.int(),
  members: z.int(),
  arrived: z.int(),
  required: z.int(),
  slot: slotSchema,
});
export type Passage = z.infer<typeof passageSchema>;

const which = z.object({ prefix: z.string().default('').describe('Only barriers whose path begins with it.') });
const one = z.strictObject({ path: pathSchema });
const sessions = z.array(z.string()).default([]).describe('Sessions, by id.');
const done = z.object({ generation: z.int().positive(), slot: slotSchema });

const write = (path: `/${string}`, summary: string, description: string) =>
  writing.route({ method: 'POST', path: `/barriers/${path.slice(1)}`, summary, description, tags: ['barriers'] });

export const barriersContract = {
  list: reading
    .route({
      method: 'GET',
      path: '/barriers',
      summary: 'List barriers',
      description: 'With their members, and who has arrived.',
      tags: ['barriers'],
    })
    .input(which.extend({ quorum: readQuorumSchema.default('majority') }))
    .output(barrierListSchema),
  watch: reading
    .route({
      method: 'GET',
      path: '/barriers/watch',
      summary: 'Watch barriers',
      description: STATE_STREAM,
      tags: ['barriers'],
    })
    .input(which)
    .output(eventIterator(barrierListSchema)),
  create: write(
    '/create',
    'Create a barrier',
    'BARRIER_EXISTS when there is one under the path, SESSION_UNKNOWN when a member is no session that is ' + 'alive.',
  )
    .input(
      one.extend({
        threshold: thresholdSchema.default({ kind: 'full' }),
        members: sessions,
        isOpen: z.boolean().default(false).describe('Whoever arrives takes part. Only with a count.'),
        onDeath: z.enum(['break', 'shrink']).default('break'),
        timeoutMs: z.int().nonnegative().default(0).describe('From the first arrival; 0: none.'),
        onTimeout: z.enum(['break', 'release']).default('break'),
        next: z.string().default(''),
        isArmed: z.boolean().default(true),
        owner: z.string().default(''),
      }),
    )
    .output(done),
  changeMembers: write(
    '/members',
    'Change the members of a barrier',
    'They are added before others are removed; fewer members may release it. NOT_A_MEMBER for whoever is to ' +
      'be removed and takes no part.',
  )
    .input(one.extend({ add: sessions, remove: sessions }))
    .output(done),
  break: write(
    '/break',
    'Break a barrier',
    'Arrivals are refused with BARRIER_BROKEN until it is reset, and whoever waits is told.',
  )
    .input(one.extend({ by: z.string().min(1), why: z.string().default('') }))
    .output(done),
  reset: write(
    '/reset',
    'Reset a broken barrier',
    'It stands again, in a new generation without arrivals. BARRIER_STANDING when it is not broken.',
  )
    .input(one)
    .output(done),
  delete: write(
    '/delete',
    'Delete a barrier',
    'Whoever waits at it is answered `deleted`. BARRIER_UNKNOWN when there is none.',
  )
    .input(one)
    .output(done),
  arrive: write(
    '/arrive',
    'Arrive at a barrier',
    'While `waitMs` lasts the call waits for the release; then the arrival stands until it is withdrawn by ' +
      'leaving. NOT_A_MEMBER unless the session takes part or the barrier is open, BARRIER_BROKEN while it is ' +
      'broken.',
  )
    .input(
      one.extend({
        as: actingSchema,
        waitMs: z.int().nonnegative().max(60_000).default(0).describe('How long to wait for the release.'),
      }),
    )
    .output(passageSchema),
  leave: write(
    '/leave',
    'Leave a barrier',
    'Takes part no longer, and withdraws an arrival. NOT_A_MEMBER when the session takes no part.',
  )
    .input(one.extend({ as: actingSchema }))
    .output(passageSchema),
};
