import { eventIterator } from '@orpc/contract';
import * as z from 'zod';
import { pathSchema, readAtSchema, readQuorumSchema, revisionSchema, slotSchema } from './common.ts';
import { keyChangeSchema, keyItemSchema, levelItemSchema } from './key-views.ts';
import { keyWritesContract } from './key-writes.ts';
import { reading } from './procedure.ts';

const valueBytesMax = z
  .int()
  .nonnegative()
  .default(0)
  .describe('Tell at most so many bytes of each value; 0: all of it.');
const limit = z.int().positive().max(10_000);

/** A page of keys of one scope. Says what it did not look at. */
const searchInput = z.object({
  scope: pathSchema.default('/').describe('Only this path and what is below it; / is everything.'),
  mode: z.enum(['path', 'value']).describe('Where the text is looked for.'),
  text: z.string().min(1),
  ignoreCase: z.boolean().default(true),
  system: z.boolean().default(false),
  after: z.string().default('').describe('Continue after this key: scannedThrough of the answer before.'),
  limit: limit.default(200),
});

export const keysContract = {
  level: reading
    .route({
      method: 'GET',
      path: '/levels',
      summary: 'List the children of a path',
      description:
        'As a directory listing, a page at a time: while `more` is true, continue with the last segment as ' +
        '`after`.',
      tags: ['keys'],
    })
    .input(
      z.object({
        path: z.string().default('/').describe('/ is the root; /_internal lists the system keyspace.'),
        after: z.string().default('').describe('Continue after this segment.'),
        limit: limit.default(1_000),
        quorum: readQuorumSchema.default('local'),
        minSlot: slotSchema.default(0),
      }),
    )
    .output(readAtSchema.extend({ items: z.array(levelItemSchema), more: z.boolean() })),
  levelIndex: reading
    .route({
      method: 'GET',
      path: '/levels/index',
      summary: 'Index the children of a path',
      description:
        'Counts them and tells the segment at every `stride`th position, so that a list can jump to any place of ' +
        'a level of any size: each of `afters` continues a listing there.',
      tags: ['keys'],
    })
    .input(z.object({ path: z.string().default('/'), stride: z.int().min(10).max(10_000).default(200) }))
    .output(
      readAtSchema.extend({
        count: z.int().nonnegative(),
        stride: z.int(),
        /** Element i is the segment at position i * stride - 1: pass it as `after` to get what follows; the first is ''. */
        afters: z.array(z.string()),
      }),
    ),
  get: reading
    .route({
      method: 'GET',
      path: '/key',
      summary: 'Read a key',
      description:
        '`item` is null when there is no such key. With a `revision` it is read as it was then: COMPACTED when ' +
        'that has been forgotten, FUTURE_REVISION when it is still to come.',
      tags: ['keys'],
    })
    .input(
      z.object({
        path: pathSchema,
        quorum: readQuorumSchema.default('majority'),
        revision: revisionSchema.default(0),
        minSlot: slotSchema.default(0),
        valueBytesMax,
      }),
    )
    .output(readAtSchema.extend({ item: keyItemSchema.nullable() })),
  range: reading
    .route({
      method: 'GET',
      path: '/keys',
      summary: 'Read keys below a prefix',
      description:
        'In order, a page at a time: while `more` is true, continue with the last key as `after`. Large values ' +
        'end a page before its `limit`; `count` is that of all keys below the prefix.',
      tags: ['keys'],
    })
    .input(
      z.object({
        prefix: z.string().default('/'),
        after: z.string().default(''),
        limit: limit.default(1_000),
        keysOnly: z.boolean().default(false).describe('Values are left empty; sizes are told.'),
        quorum: readQuorumSchema.default('majority'),
        revision: revisionSchema.default(0),
        valueBytesMax,
      }),
    )
    .output(readAtSchema.extend({ items: z.array(keyItemSchema), count: z.int(), more: z.boolean() })),
  search: reading
    .route({
      method: 'GET',
      path: '/keys/search',
      summary: 'Find text in paths or values',
      description:
        'Looks at as much of the scope as can be done in a moment: continue with `scannedThrough` as `after` ' +
        'until it is empty. Answered from what this agent has applied.',
      tags: ['keys'],
    })
    .input(searchInput)
    .output(
      readAtSchema.extend({
        items: z.array(keyItemSchema).describe('Matches; values cut to a short excerpt.'),
        scanned: z.int().describe('Keys that this call looked at.'),
        total: z.int().describe('Keys in the scope.'),
        scannedThrough: z
          .string()
          .describe('The last key looked at; empty when the scope has been searched to its end.'),
      }),
    ),
  history: reading
    .route({
      method: 'GET',
      path: '/key/history',
      summary: 'Read the history of a key',
      description:
        'Its kept revisions, newest first, deletes included, as this agent has applied them; those below `floor` ' +
        'have been forgotten. While `more` is true, continue with `modRevision` of the last one as ' +
        '`beforeRevision`.',
      tags: ['keys'],
    })
    .input(
      z.object({
        path: pathSchema,
        beforeRevision: revisionSchema.default(0),
        limit: z.int().positive().max(1_000).default(50),
        valueBytesMax,
      }),
    )
    .output(readAtSchema.extend({ items: z.array(keyChangeSchema), more: z.boolean(), floor: z.int() })),
  deleted: reading
    .route({
      method: 'GET',
      path: '/keys/deleted',
      summary: 'List deleted keys',
      description: 'Keys below the prefix whose newest kept revision is a delete, as this agent has applied it.',
      tags: ['keys'],
    })
    .input(z.object({ prefix: z.string().default('/'), after: z.string().default(''), limit: limit.default(200) }))
    .output(readAtSchema.extend({ items: z.array(keyChangeSchema), more: z.boolean(), floor: z.int() })),
  watch: reading
    .route({
      method: 'GET',
      path: '/watch',
      summary: 'Watch keys',
      description:
        'Changes as they are applied, in whole revisions, from `fromRevision` or else from now on. A watch whose ' +
        'reader is too slow ends with an error whose `data.resumeFrom` is the revision to ask for next.',
      tags: ['keys'],
    })
    .input(
      z.object({
        prefix: z.string().default('/'),
        exact: z.boolean().default(false).describe('Only the key `prefix` itself.'),
        fromRevision: revisionSchema.default(0),
        withPrevious: z.boolean().default(false),
        valueBytesMax,
      }),
    )
    .output(eventIterator(z.object({ changes: z.array(keyChangeSchema), revision: z.int(), slot: slotSchema }))),
  ...keyWritesContract,
};
