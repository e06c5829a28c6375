import { eventIterator } from '@orpc/contract';
import * as z from 'zod';
import { ballotSchema, wallClockMsSchema } from './common.ts';
import { reading } from './procedure.ts';

export const messageSchema = z.object({
  sequence: z.int().describe('Position in the log of that agent, from 1, never reused.'),
  atMs: wallClockMsSchema,
  channel: z.enum(['peer', 'user']),
  direction: z.enum(['received', 'sent']),
  peer: z.string().describe('The other side: an agent id, or the address of a client.'),
  kind: z.string().describe('prepare, accept, heartbeatReply, ... or the method of a client call.'),
  messageId: z.string().describe('The same in the logs of sender and receiver.'),
  ballot: ballotSchema.nullable(),
  slot: z.int().nonnegative().describe('0 when the message concerns no slot.'),
  /** Slots carried or acknowledged by the message are slot..throughSlot. */
  throughSlot: z.int().nonnegative(),
  bytes: z.int().nonnegative(),
  durationMs: z.number(),
  status: z.string(),
  own: z.boolean(),
});
export type MessageView = z.infer<typeof messageSchema>;

/** Everything given must hold; an absent field, and an empty list or text, says nothing. */
export const messageFilterSchema = z.object({
  channel: z.enum(['peer', 'user']).optional(),
  direction: z.enum(['received', 'sent']).optional(),
  peer: z.string().optional(),
  kinds: z.array(z.string()).optional(),
  messageId: z.string().optional(),
  slot: z.int().optional().describe('Messages that carry, acknowledge or concern this slot.'),
  statuses: z
    .array(z.string())
    .optional()
    .describe('`dropped` stands for every reason to drop a message, `failed` for everything but `OK`.'),
  durationMsMin: z.number().optional(),
  includeHeartbeats: z
    .boolean()
    .default(false)
    .describe('Heartbeats, their replies and reports of who is heard: left out otherwise, unless `kinds` names them.'),
  includeOwn: z.boolean().default(false),
});
export type MessageFilter = z.infer<typeof messageFilterSchema>;
export type MessageFilterInput = z.input<typeof messageFilterSchema>;

/**
 * One message as seen by both ends. An end without a log entry did not see it (or its log has dropped it); a client keeps
 * no log, so its end of a call is always missing. The messages of a stream have the id of their call with a position.
 */
export const exchangeSchema = z.object({
  messageId: z.string(),
  kind: z.string(),
  channel: z.enum(['peer', 'user']),
  /** Agent ids; a client is its address. */
  from: z.string(),
  to: z.string(),
  ballot: ballotSchema.nullable(),
  slot: z.int().nonnegative(),
  throughSlot: z.int().nonnegative(),
  bytes: z.int().nonnegative(),
  status: z.string(),
  /** Wall clock of the sender's own log, corrected so that nothing is received before it was sent; null: not seen there. */
  sentMs: wallClockMsSchema.nullable(),
  receivedMs: wallClockMsSchema.nullable(),
  /** Positions in the logs of sender and receiver, to ask for the detail. */
  sentSequence: z.int().nullable(),
  receivedSequence: z.int().nullable(),
});
export type Exchange = z.infer<typeof exchangeSchema>;

/** How far the log of a participant was read. */
export const laneSchema = z.object({
  agentId: z.string(),
  name: z.string(),
  reachable: z.boolean(),
  /** Why its log is missing; empty when it is not. */
  problem: z.string(),
});
export type Lane = z.infer<typeof laneSchema>;

export const messagesContract = {
  query: reading
    .route({
      method: 'POST',
      path: '/messages/query',
      summary: 'Search the log of messages',
      description:
        'Of this agent or of another participant, newest first: continue with the last `sequence` as ' +
        '`beforeSequence`. PARTICIPANT_UNREACHABLE when the other one does not answer.',
      tags: ['messages'],
    })
    .input(
      z.object({
        filter: messageFilterSchema.prefault({}),
        limit: z.int().positive().max(10_000).default(1_000),
        beforeSequence: z.int().nonnegative().default(0).describe('0: from the newest.'),
        agent: z.string().default('').describe('Id or name of the participant whose log is read; empty: this agent.'),
      }),
    )
    .output(
      z.object({
        messages: z.array(messageSchema),
        /** The oldest position still in the log and the newest. */
        first: z.int(),
        last: z.int(),
        /** Another one at every start of that agent: positions of different logs mean nothing to each other. */
        logId: z.string(),
      }),
    ),
  watch: reading
    .route({
      method: 'POST',
      path: '/messages/watch',
      summary: 'Watch new messages',
      description:
        'Oldest first, a few times a second; the first event comes at once. After a lost connection go on with ' +
        '`through` as `afterSequence` in `from`.',
      tags: ['messages'],
    })
    .input(
      z.object({
        filter: messageFilterSchema.prefault({}),
        agent: z.string().default('').describe('Id or name of the participant whose log is read; empty: this agent.'),
        /** Absent: from now on. In another log than `logId` names: from its oldest message. */
        from: z.object({ afterSequence: z.int().nonnegative(), logId: z.string() }).optional(),
      }),
    )
    .output(
      eventIterator(
        z.object({
          messages: z.array(messageSchema),
          /** The log was looked at up to here: where to go on after a lost connection. */
          through: z.int(),
          logId: z.string(),
          missed: z.int().describe('Messages that were dropped before they could be told.'),
          /** Heartbeats, their replies and reports since the last event, when the filter leaves them out. */
          heartbeats: z.int(),
        }),
      ),
    ),
  detail: reading
    .route({
      method: 'GET',
      path: '/messages/{sequence}',
      summary: 'Read a message',
      description: 'Decoded. NOT_FOUND when the log does not have it any more: it keeps the newest ones only.',
      tags: ['messages'],
    })
    .input(z.object({ sequence: z.coerce.number().int().positive(), agent: z.string().default('') }))
    .output(z.object({ message: messageSchema, fields: z.unknown(), replyFields: z.unknown() })),
  sequence: reading
    .route({
      method: 'POST',
      path: '/messages/sequence',
      summary: 'Merge the messages of all participants',
      description:
        'By message id, from all logs that can be reached. An exchange that has changed since, because its other ' +
        'end was read later, comes again under the same id and replaces what was told.',
      tags: ['messages'],
    })
    .input(
      z.object({
        filter: messageFilterSchema.prefault({}),
        /** Of the past, to begin with. */
        backlog: z.int().nonnegative().max(2_000).default(200),
        live: z.boolean().default(true).describe('false: end after the backlog.'),
      }),
    )
    .output(
      eventIterator(z.object({ lanes: z.array(laneSchema), exchanges: z.array(exchangeSchema), missed: z.int() })),
    ),
};
