import { eventIterator } from '@orpc/contract';
import * as z from 'zod';
import { actingSchema, retrySequenceSchema } from './acting.ts';
import { bytesSchema, pathSchema, readQuorumSchema, slotSchema, wallClockMsSchema } from './common.ts';
import { reading, STATE_STREAM, writing } from './procedure.ts';

export const entryStateSchema = z
  .enum(['waiting', 'ready', 'claimed', 'delayed', 'done', 'dead'])
  .describe('waiting: for what it depends on. delayed: it has failed and waits. dead: it has failed too often.');
export type EntryState = z.infer<typeof entryStateSchema>;

export const queueSchema = z.object({
  path: pathSchema,
  number: z.int().positive(),
  nextSeq: z.int().positive(),
  counts: z
    .object({
      waiting: z.int(),
      ready: z.int(),
      claimed: z.int(),
      delayed: z.int(),
      done: z.int(),
      dead: z.int(),
    })
    .describe('`done` counts all that ever were, the others what there is.'),
  createdMs: wallClockMsSchema,
});
export type QueueView = z.infer<typeof queueSchema>;

export const entrySchema = z.object({
  seq: z.int().positive(),
  state: entryStateSchema,
  owner: z.string(),
  assignee: z.string().describe('The only worker that may claim it; empty: any.'),
  after: z.array(z.int()).describe('Entries that must be done first.'),
  open: z.int().nonnegative().describe('How many of these are not done.'),
  attempts: z.int().nonnegative(),
  maxAttempts: z.int().nonnegative(),
  backoffMs: z.int().nonnegative(),
  backoffMaxMs: z.int().nonnegative(),
  token: z.int().nonnegative(),
  sessionId: z.string(),
  worker: z.string(),
  leaseTtlMs: z.int().nonnegative(),
  delayMs: z.int().nonnegative().describe('While it is delayed: for how long.'),
  payloadBytes: z.int().nonnegative(),
  progressBytes: z.int().nonnegative(),
  resultBytes: z.int().nonnegative(),
  queuedMs: wallClockMsSchema,
  queuedSlot: slotSchema,
  claimedMs: wallClockMsSchema,
  claimedSlot: slotSchema,
  ended: z
    .object({
      kind: z.enum(['completed', 'failed', 'expired', 'sessionEnded']),
      token: z.int(),
      worker: z.string(),
      why: z.string(),
      slot: slotSchema,
      atMs: wallClockMsSchema,
    })
    .nullable()
    .describe('How the last claim ended.'),
});
export type EntryView = z.infer<typeof entrySchema>;

/** In a list. */
export const listedEntrySchema = entrySchema.extend({
  payloadHead: bytesSchema
    .nullable()
    .describe('The beginning of its payload. null: not asked for, or those before it took all that a list reads.'),
});
export type ListedEntry = z.infer<typeof listedEntrySchema>;

export const queueListSchema = z.object({ queues: z.array(queueSchema), slot: slotSchema });
export type QueueList = z.infer<typeof queueListSchema>;

export const entryListSchema = z.object({
  queue: queueSchema.nullable().describe('null: there is no such queue.'),
  entries: z.array(listedEntrySchema).describe('In the order of their numbers.'),
  more: z.boolean(),
  slot: slotSchema,
});
export type EntryList = z.infer<typeof entryListSchema>;

export const queueOutcomeSchema = z.object({
  state: z.enum(['waiting', 'ready', 'claimed', 'delayed', 'done', 'dead', 'enqueued', 'empty', 'removed']),
  seqs: z.array(z.int()).describe('Of what was enqueued, in order; else of the one entry.'),
  token: z.int(),
  attempt: z.int(),
  timerId: z.string().describe('Of a claim with a lease: what to renew.'),
  delayMs: z.int().nonnegative(),
  payload: bytesSchema.nullable().describe('Of a claim.'),
  progress: bytesSchema.nullable().describe('Of a claim: the last checkpoint; null: there is none.'),
  slot: slotSchema,
});
export type QueueOutcome = z.infer<typeof queueOutcomeSchema>;

const which = z.object({ prefix: z.string().default('').describe('Only queues whose path begins with it.') });
const one = z.strictObject({ path: pathSchema });
const entry = one.extend({ seq: z.int().positive() });
const claimed = entry.extend({ token: z.int().positive(), as: actingSchema });
const ofQueue = z.object({
  path: pathSchema,
  states: z.array(entryStateSchema).default([]).describe('Only these; empty: all.'),
  after: z.coerce.number().int().nonnegative().default(0).describe('Continue after this number.'),
  limit: z.coerce.number().int().positive().max(1_000).default(200),
  payloadBytesMax: z.coerce
    .number()
    .int()
    .nonnegative()
    .max(1_024)
    .default(0)
    .describe('How much of each payload is told, never half a character of a text; 0: none.'),
});

const write = (path: `/${string}`, summary: string, description: string) =>
  writing.route({ method: 'POST', path: `/queues${path}`, summary, description, tags: ['queues'] });

export const queuesContract = {
  list: reading
    .route({
      method: 'GET',
      path: '/queues',
      summary: 'List queues',
      description: 'With how many entries are in which state.',
      tags: ['queues'],
    })
    .input(which.extend({ quorum: readQuorumSchema.default('majority') }))
    .output(queueListSchema),
  watch: reading
    .route({
      method: 'GET',
      path: '/queues/watch',
      summary: 'Watch queues',
      description: STATE_STREAM,
      tags: ['queues'],
    })
    .input(which)
    .output(eventIterator(queueListSchema)),
  entries: reading
    .route({
      method: 'GET',
      path: '/queues/entries',
      summary: 'List entries of a queue',
      description: 'In the order of their numbers: while `more` is true, continue with the last one as `after`.',
      tags: ['queues'],
    })
    .input(ofQueue.extend({ quorum: readQuorumSchema.default('majority') }))
    .output(entryListSchema),
  watchEntries: reading
    .route({
      method: 'GET',
      path: '/queues/entries/watch',
      summary: 'Watch entries of a queue',
      description: STATE_STREAM,
      tags: ['queues'],
    })
    .input(ofQueue)
    .output(eventIterator(entryListSchema)),
  entry: reading
    .route({
      method: 'GET',
      path: '/queues/entry',
      summary: 'Read an entry of a queue',
      description:
        'With its payload, last checkpoint and result. `entry` is null when there is none, or it was done long ' +
        'ago.',
      tags: ['queues'],
    })
    .input(
      z.object({
        path: pathSchema,
        seq: z.coerce.number().int().positive(),
        quorum: readQuorumSchema.default('majority'),
      }),
    )
    .output(
      z.object({
        entry: entrySchema.nullable(),
        payload: bytesSchema.nullable(),
        progress: bytesSchema.nullable(),
        result: bytesSchema.nullable(),
        slot: slotSchema,
      }),
    ),
  enqueue: write(
    '/enqueue',
    'Enqueue entries',
    'All in one step; the first ones make the queue. DEPENDENCY_UNKNOWN when one is to wait for an entry ' +
      'that there is not, CIRCULAR_DEPENDENCY when they would wait for each other.',
  )
    .input(
      one.extend({
        entries: z
          .array(
            z.strictObject({
              payload: bytesSchema,
              after: z.array(z.int().positive()).default([]).describe('Entries of this queue that must be done first.'),
              afterInBatch: z
                .array(z.int().nonnegative())
                .default([])
                .describe('Entries of this call that must be done first, by their place in it, from 0.'),
              assignee: z.string().default(''),
              maxAttempts: z
                .int()
                .nonnegative()
                .default(5)
                .describe('After so many claims that came to nothing it is dead; 0: never.'),
              backoffMs: z.int().nonnegative().default(1_000),
              backoffMaxMs: z.int().nonnegative().default(60_000),
            }),
          )
          .min(1)
          .max(128),
        owner: z.string().default(''),
        as: actingSchema.optional(),
      }),
    )
    .output(queueOutcomeSchema),
  claim: write(
    '/claim',
    'Claim the first entry that can be done',
    'By this worker; `empty` when there is none, and others may be faster when `waitMs` is over. The claim ' +
      'lasts as long as its session, and with a lease only while `timerId` is renewed too.',
  )
    .input(
      one.extend({
        worker: z.string().default(''),
        leaseTtlMs: z.int().nonnegative().default(0).describe('0: the claim lasts as long as its session.'),
        waitMs: z.int().nonnegative().max(60_000).default(0).describe('How long to wait for an entry.'),
        retrySequence: retrySequenceSchema,
        as: actingSchema,
      }),
    )
    .output(queueOutcomeSchema),
  checkpoint: write(
    '/checkpoint',
    'Record the progress of a claimed entry',
    'Whoever claims the entry next gets it. TOKEN_STALE unless the claim of the session with this token ' +
      'still lasts.',
  )
    .input(claimed.extend({ progress: bytesSchema }))
    .output(queueOutcomeSchema),
  complete: write(
    '/complete',
    'Complete a claimed entry',
    'Entries that waited for nothing else can be claimed then. TOKEN_STALE unless the claim of the session ' +
      'with this token still lasts.',
  )
    .input(claimed.extend({ result: bytesSchema.default({ text: '' }) }))
    .output(queueOutcomeSchema),
  fail: write(
    '/fail',
    'Fail a claimed entry',
    'It is tried again after its backoff, or is dead when its attempts are used up or `isRetried` is false. ' +
      'TOKEN_STALE unless the claim of the session with this token still lasts.',
  )
    .input(claimed.extend({ why: z.string().default(''), isRetried: z.boolean().default(true) }))
    .output(queueOutcomeSchema),
  requeue: write(
    '/requeue',
    'Requeue a dead entry',
    'It can be claimed again, with all its attempts. ENTRY_NOT_DEAD when it is not dead.',
  )
    .input(entry)
    .output(queueOutcomeSchema),
  remove: write(
    '/remove',
    'Remove an entry',
    'For what depends on it that counts as done. ENTRY_CLAIMED while somebody works on it.',
  )
    .input(entry)
    .output(queueOutcomeSchema),
  delete: write('/delete', 'Delete a queue', 'With all its entries. ENTRY_CLAIMED while somebody works on one of them.')
    .input(one)
    .output(queueOutcomeSchema),
};
