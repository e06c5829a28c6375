import { eventIterator } from '@orpc/contract';
import * as z from 'zod';
import { actingSchema, retrySequenceSchema } from './acting.ts';
import { bytesSchema, pathSchema, readQuorumSchema, slotSchema, wallClockMsSchema } from './common.ts';
import { reading, STATE_STREAM, writing } from './procedure.ts';

export const onceWorkSchema = z.object({
  path: pathSchema.describe('Names the work.'),
  state: z
    .enum(['open', 'claimed', 'done', 'unknown'])
    .describe('open: it can be claimed. unknown: who claimed it died, and a person has to say what became of it.'),
  token: z.int().describe('Of the last claim.'),
  claims: z.int().nonnegative(),
  sessionId: z.string(),
  owner: z.string(),
  onDeath: z.enum(['again', 'ask']),
  claimedSlot: slotSchema,
  claimedMs: wallClockMsSchema,
  resultBytes: z.int().nonnegative(),
  ended: z
    .object({
      kind: z.enum(['recorded', 'abandoned', 'sessionEnded', 'resolvedDone', 'resolvedNotDone']),
      by: z.string(),
      why: z.string(),
      slot: slotSchema,
      atMs: wallClockMsSchema,
    })
    .nullable()
    .describe('How the last claim ended.'),
});
export type OnceWork = z.infer<typeof onceWorkSchema>;

export const onceListSchema = z.object({
  works: z.array(onceWorkSchema).describe('What waits for a person first, then by path.'),
  unknown: z.int().nonnegative().describe('How many wait for a person, in all.'),
  more: z.boolean(),
  slot: slotSchema,
});
export type OnceList = z.infer<typeof onceListSchema>;

export const onceOutcomeSchema = z.object({
  state: z.enum(['claimed', 'done', 'busy', 'unknown', 'open', 'forgotten']),
  token: z.int(),
  claims: z.int(),
  holder: z.string().describe('The session of the last claim.'),
  owner: z.string(),
  result: bytesSchema.nullable().describe('Of work that is done.'),
  slot: slotSchema,
});
export type OnceOutcome = z.infer<typeof onceOutcomeSchema>;

const which = z.object({
  prefix: z.string().default(''),
  state: z.enum(['any', 'open', 'claimed', 'done', 'unknown']).default('any'),
  after: z.string().default('').describe('Continue after this path.'),
  limit: z.coerce.number().int().positive().max(1_000).default(200),
});
const one = z.strictObject({ path: pathSchema });
const write = (path: `/${string}`, summary: string, description: string) =>
  writing.route({ method: 'POST', path: `/once${path}`, summary, description, tags: ['once'] });

export const onceContract = {
  list: reading
    .route({
      method: 'GET',
      path: '/once',
      summary: 'List works that are done once',
      description:
        'What waits for a person first, then by path: while `more` is true, continue with the last path as ' +
        '`after`.',
      tags: ['once'],
    })
    .input(which.extend({ quorum: readQuorumSchema.default('majority') }))
    .output(onceListSchema),
  watch: reading
    .route({
      method: 'GET',
      path: '/once/watch',
      summary: 'Watch works that are done once',
      description: STATE_STREAM,
      tags: ['once'],
    })
    .input(which)
    .output(eventIterator(onceListSchema)),
  result: reading
    .route({
      method: 'GET',
      path: '/once/result',
      summary: 'Read the result of a work',
      description: '`work` is null when nobody has claimed it or it was forgotten; `result` is null unless it is done.',
      tags: ['once'],
    })
    .input(z.object({ path: pathSchema, quorum: readQuorumSchema.default('majority') }))
    .output(z.object({ work: onceWorkSchema.nullable(), result: bytesSchema.nullable(), slot: slotSchema })),
  claim: write(
    '/claim',
    'Claim a work',
    '`claimed`: do it, and record the result under `token`. `done`: here is the result. `busy`: somebody ' +
      'else does it, and did all through `waitMs`. `unknown`: a person has to say first what became of it.',
  )
    .input(
      one.extend({
        onDeath: z.enum(['again', 'ask']).default('ask').describe('What happens when the claimant dies.'),
        owner: z.string().default(''),
        waitMs: z.int().nonnegative().max(60_000).default(0).describe('How long to wait while it is busy.'),
        retrySequence: retrySequenceSchema,
        as: actingSchema,
      }),
    )
    .output(onceOutcomeSchema),
  record: write(
    '/record',
    'Record the result of a work',
    'From then on every claim is answered with it. TOKEN_STALE unless the claim of the session with this ' +
      'token still lasts.',
  )
    .input(one.extend({ token: z.int().positive(), result: bytesSchema.default({ text: '' }), as: actingSchema }))
    .output(onceOutcomeSchema),
  abandon: write(
    '/abandon',
    'Abandon a claimed work',
    'It was not done, and can be claimed again. TOKEN_STALE unless the claim of the session with this token ' +
      'still lasts.',
  )
    .input(one.extend({ token: z.int().positive(), why: z.string().default(''), as: actingSchema }))
    .output(onceOutcomeSchema),
  resolve: write(
    '/resolve',
    'Resolve an unknown work',
    'A person says that it was done, with its result, or that it was not: then it can be claimed again. ' +
      'ONCE_SETTLED when nobody needs to say.',
  )
    .input(
      one.extend({
        isDone: z.boolean(),
        result: bytesSchema.default({ text: '' }),
        by: z.string().min(1),
        why: z.string().default(''),
      }),
    )
    .output(onceOutcomeSchema),
  forget: write(
    '/forget',
    'Forget a work',
    'With its result, so that it can be done again. ONCE_CLAIMED while somebody does it.',
  )
    .input(one)
    .output(onceOutcomeSchema),
};
