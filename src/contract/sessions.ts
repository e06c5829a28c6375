import { eventIterator } from '@orpc/contract';
import * as z from 'zod';
import { emptySchema, pathSchema, readQuorumSchema, slotSchema, wallClockMsSchema } from './common.ts';
import { controlling, reading, STATE_STREAM, writing } from './procedure.ts';

export const sessionSchema = z.object({
  sessionId: z.string(),
  owner: z.string(),
  ttlMs: z.int().positive().describe('It ends when it was not renewed for so long.'),
  openedSlot: slotSchema,
  openedMs: wallClockMsSchema,
});
export type SessionView = z.infer<typeof sessionSchema>;

export const sessionListSchema = z.object({ sessions: z.array(sessionSchema), slot: slotSchema });
export type SessionList = z.infer<typeof sessionListSchema>;

/** The lease of a claimed entry of a queue, renewed with the session that claimed it. */
export const keptLeaseSchema = z.object({
  path: pathSchema.describe('Of the queue.'),
  seq: z.int().positive(),
  token: z.int().positive().describe('Of the claim.'),
  ttlMs: z.int().positive(),
  renewedMs: wallClockMsSchema.describe('When the last acknowledged renewal was sent, or when it was claimed.'),
});
export type KeptLease = z.infer<typeof keptLeaseSchema>;

/** A session that this agent renews for whoever looks at the window. */
export const keptSessionSchema = z.object({
  sessionId: z.string(),
  owner: z.string(),
  ttlMs: z.int().positive(),
  state: z
    .enum(['kept', 'paused', 'ended'])
    .describe('paused: alive until its TTL is over, because nobody renews it. ended: the cell knows it no more.'),
  renewedMs: wallClockMsSchema.describe('When the last acknowledged renewal was sent.'),
  leases: z.array(keptLeaseSchema).describe('Of what it claimed here; paused, they are renewed no more than itself.'),
});
export type KeptSession = z.infer<typeof keptSessionSchema>;

export const countdownSchema = z.object({
  remainingMs: z
    .int()
    .nonnegative()
    .describe('Until the leader may end it, if nobody renews it before: it waits a quarter longer than the TTL.'),
  ttlMs: z.int().positive(),
});

/** What is left of sessions, of acquisitions with a lease of their own, and of lock delays, as the leader counts it at this moment. */
export const countdownsSchema = z.object({
  leader: z.string().describe('Who counts: short name; empty while there is no leader, and nothing ends.'),
  atMs: wallClockMsSchema,
  sessions: z.array(countdownSchema.extend({ sessionId: z.string() })),
  locks: z.array(countdownSchema.extend({ ticket: z.int() })),
  delays: z.array(countdownSchema.extend({ path: pathSchema.describe('Of the lock.') })),
});
export type Countdowns = z.infer<typeof countdownsSchema>;

const ttlMs = z.int().min(500).max(3_600_000);

export const sessionsContract = {
  list: reading
    .route({
      method: 'GET',
      path: '/sessions',
      summary: 'List sessions',
      description: 'All that are alive.',
      tags: ['sessions'],
    })
    .input(z.object({ quorum: readQuorumSchema.default('majority') }))
    .output(sessionListSchema),
  watch: reading
    .route({
      method: 'GET',
      path: '/sessions/watch',
      summary: 'Watch sessions',
      description: STATE_STREAM,
      tags: ['sessions'],
    })
    .output(eventIterator(sessionListSchema)),
  end: writing
    .route({
      method: 'POST',
      path: '/sessions/end',
      summary: 'End a session',
      description:
        'With what it owns: locks, candidacies, arrivals, claims. `wasAlive` is false when it had ended before, ' +
        'which is no failure.',
      tags: ['sessions'],
    })
    .input(z.strictObject({ sessionId: z.string() }))
    .output(z.object({ wasAlive: z.boolean(), slot: slotSchema })),
  open: writing
    .route({
      method: 'POST',
      path: '/sessions/open',
      summary: 'Open a session',
      description: 'It ends when it was not renewed for `ttlMs`; with a `keeper` this agent renews it.',
      tags: ['sessions'],
    })
    .input(
      z.strictObject({
        owner: z.string().default('').describe('For people: who this is.'),
        ttlMs: ttlMs.default(15_000),
        keeper: z
          .string()
          .default('')
          .describe('This agent renews it while the keeper of this name is listened to; empty: renew it yourself.'),
      }),
    )
    .output(z.object({ sessionId: z.string(), ttlMs: z.int().positive(), slot: slotSchema })),
  renew: writing
    .route({
      method: 'POST',
      path: '/sessions/renew',
      summary: 'Renew sessions and leases',
      description:
        'Each is answered by itself, in the order asked for: one that has ended or is about to is answered with ' +
        '`renewed` false, which is no failure.',
      tags: ['sessions'],
    })
    .input(
      z.strictObject({
        sessionIds: z.array(z.string()).max(10_000).default([]),
        lockTickets: z.array(z.int()).max(10_000).default([]).describe('Acquisitions with a lease of their own.'),
        timerIds: z
          .array(z.string())
          .max(10_000)
          .default([])
          .describe('Of claimed queue entries: `timerId` of the claim.'),
      }),
    )
    .output(
      z.object({
        items: z
          .array(
            z.object({
              id: z.string().describe('The session, the ticket, or the timer.'),
              renewed: z.boolean().describe('False: it has ended or is about to.'),
              ttlMs: z.int().nonnegative(),
            }),
          )
          .describe('In the order asked for: sessions, tickets, timers.'),
      }),
    ),
  keep: controlling
    .route({
      method: 'GET',
      path: '/sessions/keep',
      summary: 'Keep sessions alive',
      description:
        'While this stream is read, the agent renews the sessions that were opened for the keeper, and the ' +
        'leases of what they claim here; then they are left to their TTL. An agent that was started again takes ' +
        'over those that `known` tells it of.',
      tags: ['sessions'],
    })
    .input(
      z.strictObject({
        keeper: z.string().min(1),
        known: z
          .array(keptSessionSchema)
          .max(1_000)
          .default([])
          .describe(
            'Sessions of the keeper that had not ended, as they were told last: those not kept here are taken over.',
          ),
      }),
    )
    .output(eventIterator(z.object({ sessions: z.array(keptSessionSchema) }))),
  pause: controlling
    .route({
      method: 'POST',
      path: '/sessions/pause',
      summary: 'Stop renewing a kept session',
      description: 'As if its program stood still: it ends after its TTL. NOT_FOUND when this agent does not keep it.',
      tags: ['sessions'],
    })
    .input(z.strictObject({ sessionId: z.string() }))
    .output(emptySchema),
  resume: controlling
    .route({
      method: 'POST',
      path: '/sessions/resume',
      summary: 'Renew a kept session again',
      description: 'SESSION_UNKNOWN when it has ended meanwhile, NOT_FOUND when this agent does not keep it.',
      tags: ['sessions'],
    })
    .input(z.strictObject({ sessionId: z.string() }))
    .output(keptSessionSchema),
  countdowns: reading
    .route({
      method: 'GET',
      path: '/sessions/countdowns',
      summary: 'Watch what is left of sessions and leases',
      description:
        'At once, every second, and when one was renewed, as the leader counts. While there is no leader nothing ' +
        'ends, and `leader` is empty.',
      tags: ['sessions'],
    })
    .input(
      z.object({
        sessionIds: z.array(z.string()).max(1_000).default([]),
        lockTickets: z.array(z.coerce.number().int()).max(1_000).default([]),
        delayedLocks: z
          .array(pathSchema)
          .max(1_000)
          .default([])
          .describe('Locks that are granted to nobody for a while.'),
      }),
    )
    .output(eventIterator(countdownsSchema)),
};
