import * as z from 'zod';
import { fencedActingSchema } from './acting.ts';
import { bytesSchema, pathSchema, writeQuorumSchema } from './common.ts';
import { writeOutcomeSchema } from './key-views.ts';
import { writing } from './procedure.ts';

/** The part of the family of keys that changes them. */
export const keyWritesContract = {
  put: writing
    .route({
      method: 'PUT',
      path: '/key',
      summary: 'Write a key',
      description:
        'Whatever it holds. A key below a lock is written only by the session that holds the lock: LOCK_NOT_HELD ' +
        'for others. With the quorum `all`, a write that is not applied everywhere in time is chosen all the ' +
        'same, and `notAppliedBy` names who is behind.',
      tags: ['keys'],
    })
    .input(
      z.strictObject({
        path: pathSchema,
        value: bytesSchema,
        leaseId: z.string().default(''),
        returnPrevious: z.boolean().default(false),
        quorum: writeQuorumSchema.default('majority'),
        as: fencedActingSchema.optional(),
      }),
    )
    .output(writeOutcomeSchema),
  compareAndWrite: writing
    .route({
      method: 'POST',
      path: '/key/compare-and-write',
      summary: 'Write a key if it is unchanged',
      description:
        'Compared and written as one. A comparison that does not hold is an answer, no failure: `succeeded` is ' +
        'false, nothing was done, and `current` is the key as it stands.',
      tags: ['keys'],
    })
    .input(
      z.strictObject({
        path: pathSchema,
        expected: z.union([
          z.strictObject({ version: z.int().nonnegative().describe('0: the key must not exist.') }),
          z.strictObject({ value: bytesSchema }),
        ]),
        value: bytesSchema.nullable().describe('null: delete the key.'),
        leaseId: z.string().default(''),
        quorum: writeQuorumSchema.default('majority'),
        as: fencedActingSchema.optional(),
      }),
    )
    .output(writeOutcomeSchema),
  delete: writing
    .route({
      method: 'DELETE',
      path: '/key',
      summary: 'Delete a key',
      description:
        '`deleted` is 0 when there was none, which is no failure. What is deleted may be said in the query ' +
        'instead of a body.',
      tags: ['keys'],
    })
    .input(
      z.strictObject({
        path: pathSchema,
        returnPrevious: z.boolean().default(false),
        quorum: writeQuorumSchema.default('majority'),
        as: fencedActingSchema.optional(),
      }),
    )
    .output(writeOutcomeSchema),
  deleteTree: writing
    .route({
      method: 'DELETE',
      path: '/keys',
      summary: 'Delete a path and everything below it',
      description:
        'As one revision. With `expectedCount`: CHANGE_REFUSED when there are not so many keys, or one was ' +
        'written since they were counted. What is deleted may be said in the query instead of a body.',
      tags: ['keys'],
    })
    .input(
      z.strictObject({
        path: pathSchema,
        /** Refused when so many keys are not what the asker saw: a tree that grew meanwhile is not deleted unseen. */
        expectedCount: z.int().nonnegative().nullable().default(null),
        quorum: writeQuorumSchema.default('majority'),
        as: fencedActingSchema.optional(),
      }),
    )
    .output(writeOutcomeSchema),
  transact: writing
    .route({
      method: 'POST',
      path: '/transact',
      summary: 'Compare keys and write several',
      description:
        'As one: when all of `compare` holds, everything in `then` is done, else everything in `otherwise`, and ' +
        '`succeeded` says which. All that is written has the same revision.',
      tags: ['keys'],
    })
    .input(
      z.strictObject({
        compare: z
          .array(
            z.union([
              z.strictObject({ path: pathSchema, version: z.int().nonnegative() }),
              z.strictObject({ path: pathSchema, modRevision: z.int().nonnegative() }),
              z.strictObject({ path: pathSchema, value: bytesSchema }),
            ]),
          )
          .max(128)
          .default([]),
        then: z.array(operationSchema()).max(128),
        otherwise: z.array(operationSchema()).max(128).default([]),
        quorum: writeQuorumSchema.default('majority'),
        as: fencedActingSchema.optional(),
      }),
    )
    .output(writeOutcomeSchema),
};

function operationSchema() {
  return z.union([
    z.strictObject({ put: z.strictObject({ path: pathSchema, value: bytesSchema, leaseId: z.string().default('') }) }),
    z.strictObject({ delete: z.strictObject({ path: pathSchema }) }),
  ]);
}
