import * as z from 'zod';

/**
 * In whose name something is done. A program gives the numbers of its writes itself, so that a repeat of one happens once,
 * whichever agent it reaches. Without a number each call is a write of its own, which an `Idempotency-Key` makes repeatable.
 */
export const actingSchema = z.strictObject({
  sessionId: z.string().min(1).describe('A session that is alive.'),
  sequence: z
    .int()
    .nonnegative()
    .default(0)
    .describe('The number of this write in its session, from 1; the same in a repeat. 0: every call is another write.'),
});
export type Acting = z.infer<typeof actingSchema>;

/** A write in a session, as long as it still holds what the token was given for. */
export const fencedActingSchema = actingSchema.extend({
  fencingToken: z
    .int()
    .nonnegative()
    .default(0)
    .describe('Refused unless the session still holds a lock that was granted with this token; 0: no such check.'),
});
export type FencedActing = z.infer<typeof fencedActingSchema>;

/** Of a claim that waits: it is made once more when the wait is over, which is a write of its own. */
export const retrySequenceSchema = z
  .int()
  .nonnegative()
  .default(0)
  .describe('Only with a sequence of your own and a wait: another number, to claim under when the wait is over.');
