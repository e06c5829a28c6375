import { eventIterator } from '@orpc/contract';
import * as z from 'zod';
import { wallClockMsSchema } from './common.ts';
import { controlling, reading, writing } from './procedure.ts';

/** One call of a client, gRPC or operator API alike. */
export const callSchema = z.object({
  id: z.int(),
  messageId: z.string(),
  method: z.string().describe('Put, CompareAndWrite, Watch, ...'),
  peer: z.string().describe('Address of the client; "window" for an operator.'),
  startedMs: wallClockMsSchema,
  durationMs: z.number().describe('So far, for a call that still runs.'),
  quorum: z.string(),
  status: z.string().describe('gRPC status name; empty while it runs.'),
  slot: z.int().nonnegative(),
  own: z.boolean().describe('Caused by whoever looks at this list.'),
});
export type CallView = z.infer<typeof callSchema>;

export const methodSchema = z.object({
  name: z.string(),
  effect: z.enum(['read', 'write']),
  /** JSON of a request that can be sent as it is, after its values have been filled in. */
  example: z.string(),
});
export type RequestMethod = z.infer<typeof methodSchema>;

export const requestsContract = {
  list: reading
    .route({
      method: 'GET',
      path: '/requests',
      summary: 'List calls',
      description:
        'Those that run, oldest first, and recent ones, newest first. `runningCount` counts all that run, also ' +
        'those beyond `limit`.',
      tags: ['requests'],
    })
    .input(z.object({ limit: z.int().positive().max(1_000).default(200), includeOwn: z.boolean().default(false) }))
    .output(z.object({ running: z.array(callSchema), runningCount: z.int(), recent: z.array(callSchema) })),
  watch: reading
    .route({
      method: 'GET',
      path: '/requests/watch',
      summary: 'Watch calls',
      description:
        'The first event comes at once, others after changes, at most five a second; each has both lists as they ' +
        'stand.',
      tags: ['requests'],
    })
    .input(z.object({ limit: z.int().positive().max(1_000).default(200), includeOwn: z.boolean().default(false) }))
    .output(
      eventIterator(z.object({ running: z.array(callSchema), runningCount: z.int(), recent: z.array(callSchema) })),
    ),
  cancel: controlling
    .route({
      method: 'DELETE',
      path: '/requests/{id}',
      summary: 'Give up a running call',
      description: 'Its caller is told CANCELLED; what a cancelled write did is unknown.',
      tags: ['requests'],
    })
    .input(z.strictObject({ id: z.coerce.number().int() }))
    .output(z.object({ cancelled: z.boolean().describe('False: it had already ended.') })),
  detail: reading
    .route({
      method: 'GET',
      path: '/requests/{messageId}',
      summary: 'Read a call with what was said',
      description:
        'Request and answer, decoded, and the same call for other tools. `repeat` is what to issue to do the ' +
        'same again as a new call.',
      tags: ['requests'],
    })
    .input(z.object({ messageId: z.string() }))
    .output(
      z.object({
        call: callSchema.nullable().describe('null: it has been dropped from the list.'),
        request: z.unknown(),
        reply: z.unknown(),
        /** The same call for other tools; empty when it has no such form. */
        asCli: z.string(),
        asGrpc: z.string(),
        asTypeScript: z.string(),
        noFormReason: z.string().describe('Why it has none of these forms; empty when it has.'),
        /** What `issue` takes to do the same again as a new call: without the session and sequence of the old one. */
        repeat: z
          .object({ method: z.string(), request: z.record(z.string(), z.unknown()) })
          .nullable()
          .default(null)
          .describe('null: it cannot be issued, as a stream cannot.'),
      }),
    ),
  methods: reading
    .route({
      method: 'GET',
      path: '/requests/methods',
      summary: 'List methods that can be issued',
      description: 'Each with a request that can be sent once its values have been filled in.',
      tags: ['requests'],
    })
    .output(z.object({ methods: z.array(methodSchema) })),
  issue: writing
    .route({
      method: 'POST',
      path: '/requests/issue',
      summary: 'Issue a request',
      description:
        'Any method with one request and one answer of UserService and CoordinationService, its request as ' +
        'protobuf JSON. It is judged and logged like a call over gRPC; methods that only read are answered in ' +
        'read-only mode too.',
      tags: ['requests'],
    })
    .input(z.strictObject({ method: z.string(), request: z.record(z.string(), z.unknown()) }))
    .output(
      z.object({
        reply: z.unknown(),
        messageId: z.string(),
        durationMs: z.number(),
        asCli: z.string(),
        asGrpc: z.string(),
        asTypeScript: z.string(),
      }),
    ),
};
