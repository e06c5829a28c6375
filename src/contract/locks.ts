import { eventIterator } from '@orpc/contract';
import * as z from 'zod';
import { actingSchema } from './acting.ts';
import { pathSchema, readQuorumSchema, slotSchema, wallClockMsSchema, writeQuorumSchema } from './common.ts';
import { reading, STATE_STREAM, writing } from './procedure.ts';

export const lockEndSchema = z.object({
  kind: z.enum(['released', 'expired', 'sessionEnded', 'forced']),
  sessionId: z.string(),
  owner: z.string(),
  fencingToken: z.int(),
  slot: slotSchema,
  atMs: wallClockMsSchema,
  by: z.string().describe('Of a forced release: who.'),
  why: z.string().describe('Of a forced release: the reason.'),
});
export type LockEndView = z.infer<typeof lockEndSchema>;

export const lockWaiterSchema = z.object({
  ticket: z.int().describe('Names the acquisition.'),
  sessionId: z.string(),
  owner: z.string(),
  path: pathSchema.describe('What it asked for: this lock, or one below it.'),
  position: z.int().positive(),
  queuedMs: wallClockMsSchema,
});
export type LockWaiterView = z.infer<typeof lockWaiterSchema>;

export const lockHoldSchema = z.object({
  ticket: z.int(),
  path: pathSchema,
  leaseTtlMs: z.int().nonnegative().describe('A lease of its own; 0: it lasts as long as the session.'),
  adaptive: z.boolean().describe('The lease may be widened when the cell is slow.'),
  grantedMs: wallClockMsSchema,
});
export type LockHoldView = z.infer<typeof lockHoldSchema>;

export const lockSchema = z.object({
  path: pathSchema,
  state: z
    .enum(['free', 'queued', 'held', 'delayed'])
    .describe('queued: nobody holds it, a claim waits for more. delayed: its holder was lost, nobody gets it yet.'),
  sessionId: z.string(),
  owner: z.string(),
  fencingToken: z.int().describe('Of the last grant.'),
  heldSinceMs: wallClockMsSchema,
  sessionTtlMs: z.int().nonnegative().describe('Of the holder: it is lost when its session is silent for so long.'),
  count: z.int().nonnegative().describe('How often the holder has acquired it.'),
  lockDelayMs: z.int().nonnegative(),
  ended: lockEndSchema.nullable().describe('How the hold before ended.'),
  queue: z.array(lockWaiterSchema),
  holds: z.array(lockHoldSchema),
});
export type LockView = z.infer<typeof lockSchema>;

export const lockTreeSchema = z.object({
  locks: z.array(lockSchema).describe('By path: a lock stands behind those above it.'),
  waits: z
    .array(z.object({ fromSessionId: z.string(), path: pathSchema, toSessionId: z.string() }))
    .describe('Who waits at a lock for its holder, or for who stands right before in the queue.'),
  slot: slotSchema,
});
export type LockTree = z.infer<typeof lockTreeSchema>;

export const acquisitionSchema = z.object({
  state: z.enum(['held', 'queued', 'released', 'cancelled', 'gone', 'expired', 'forced', 'sessionEnded']),
  ticket: z.int().describe('Names the acquisition.'),
  fencingToken: z.int().describe('Of the innermost lock; 0 unless held.'),
  position: z.int().describe('In the longest of its queues, from 1; 0 unless queued.'),
  count: z.int().describe('How often the session holds the innermost lock.'),
  leaseTtlMs: z.int().nonnegative(),
  widened: z.boolean().describe('An adaptive lease was made longer.'),
  slot: slotSchema,
  notAppliedBy: z.array(z.string()),
});
export type Acquisition = z.infer<typeof acquisitionSchema>;

const one = z.strictObject({
  path: pathSchema.describe('What is locked: every prefix that ends in _lockable.'),
  as: actingSchema,
});
const act = (path: `/${string}`, summary: string, description: string) =>
  writing.route({ method: 'POST', path: `/locks/${path.slice(1)}`, summary, description, tags: ['locks'] });

const which = z.object({
  prefix: z.string().default('').describe('Only locks whose path begins with it.'),
  withFree: z
    .boolean()
    .default(false)
    .describe('Also those that nobody holds or wants, as far as they are remembered.'),
});

export const locksContract = {
  list: reading
    .route({
      method: 'GET',
      path: '/locks',
      summary: 'List locks',
      description: 'With their holders and queues, and who waits for whom.',
      tags: ['locks'],
    })
    .input(which.extend({ quorum: readQuorumSchema.default('majority') }))
    .output(lockTreeSchema),
  watch: reading
    .route({ method: 'GET', path: '/locks/watch', summary: 'Watch locks', description: STATE_STREAM, tags: ['locks'] })
    .input(which)
    .output(eventIterator(lockTreeSchema)),
  forceRelease: writing
    .route({
      method: 'POST',
      path: '/locks/force-release',
      summary: 'Take a lock from its holder',
      description:
        'Ends every acquisition of the holder at or below the lock; the next in line gets it. Of a lock that is ' +
        'delayed it ends the delay. LOCK_NOT_HELD when nobody holds it.',
      tags: ['locks'],
    })
    .input(
      z.strictObject({
        path: pathSchema.describe('The lock itself: it ends in _lockable.'),
        by: z.string().min(1).describe('Who does this, for the record.'),
        why: z.string().default(''),
        quorum: writeQuorumSchema.default('all'),
      }),
    )
    .output(z.object({ slot: slotSchema, notAppliedBy: z.array(z.string()) })),
  acquire: act(
    '/acquire',
    'Acquire the locks of a path',
    'While `waitMs` lasts the call waits for the grant; then the acquisition stays in the queue, and ' +
      '`cancel` takes it out. LOCK_HELD instead with `isTry`; DEADLOCK when nobody would ever get on.',
  )
    .input(
      one.extend({
        owner: z.string().default('').describe('For people: who this is, and what for.'),
        isTry: z.boolean().default(false).describe('Refused with LOCK_HELD instead of queued.'),
        waitMs: z
          .int()
          .nonnegative()
          .max(60_000)
          .default(0)
          .describe('How long to wait for the grant; then it stays queued.'),
        leaseTtlMs: z.int().nonnegative().default(0).describe('A lease of its own; 0: as long as the session.'),
        adaptive: z.boolean().default(false).describe('The lease may be widened when the cell is slow.'),
        lockDelayMs: z
          .int()
          .nonnegative()
          .default(0)
          .describe('Granted to nobody for so long after its holder was lost.'),
      }),
    )
    .output(acquisitionSchema),
  renew: act(
    '/renew',
    'Renew the lease of an acquisition',
    'Of one with a lease of its own; an adaptive one may get a longer lease, which `widened` tells.',
  )
    .input(one.extend({ ticket: z.int().positive() }))
    .output(acquisitionSchema),
  release: act(
    '/release',
    'Release an acquisition',
    'That of `ticket`, or the newest one of the session for the path. A session that acquired a lock several ' +
      'times holds it until all are released. LOCK_NOT_HELD when it does not hold it.',
  )
    .input(
      one.extend({
        ticket: z.int().nonnegative().default(0).describe('0: the newest.'),
        quorum: writeQuorumSchema.default('all'),
      }),
    )
    .output(acquisitionSchema),
  cancel: act(
    '/cancel',
    'Leave the queue of a lock',
    'Answered `held` when the grant came first: then it is to be released. `gone` when there is no such ' +
      'acquisition any more.',
  )
    .input(one.extend({ ticket: z.int().positive() }))
    .output(acquisitionSchema),
};
