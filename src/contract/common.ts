import * as z from 'zod';

/** A byte string as JSON can carry it: text when the bytes are UTF-8, else base64. */
export const bytesSchema = z
  .union([
    z.strictObject({ text: z.string().describe('The bytes are the UTF-8 of this text.') }),
    z.strictObject({ base64: z.base64().describe('The bytes, in base64.') }),
  ])
  .meta({ examples: [{ text: 'ready' }, { base64: 'AAEC' }] });
export type Bytes = z.infer<typeof bytesSchema>;

/** A key: a unix path, such as `/jobs/1`. Keys below `/_internal/` belong to the cell itself and are read-only. */
export const pathSchema = z.string().meta({ description: 'A key: a unix path.', examples: ['/jobs/1'] });

export const slotSchema = z.int().nonnegative().describe('Position in the replicated journal; 0: none.');
export const revisionSchema = z.int().nonnegative().describe('Revision of the keyspace; 0: now, or none.');
/** Wall clock, in milliseconds since 1970. For people: a clock decides nothing. */
export const wallClockMsSchema = z.number().describe('Wall clock in milliseconds since 1970.');

export const ballotSchema = z.object({
  round: z.int().nonnegative(),
  agentId: z.string(),
});
export type BallotView = z.infer<typeof ballotSchema>;

export const readQuorumSchema = z
  .enum(['local', 'majority', 'all'])
  .describe('local: as this agent has applied it. majority: linearizable. all: every voter has applied it as well.');
export type ReadQuorum = z.infer<typeof readQuorumSchema>;

export const writeQuorumSchema = z
  .enum(['majority', 'all'])
  .describe('majority: chosen. all: also applied by every voter that is not suspect.');
export type WriteQuorum = z.infer<typeof writeQuorumSchema>;

/** What a read was answered from. */
export const readAtSchema = z.object({ slot: slotSchema, revision: revisionSchema });

/** Nothing to say; an object, so that fields can be added. */
export const emptySchema = z.object({});
