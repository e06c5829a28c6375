import { eventIterator } from '@orpc/contract';
import * as z from 'zod';
import { actingSchema, fencedActingSchema } from './acting.ts';
import { bytesSchema, pathSchema, readQuorumSchema, slotSchema, wallClockMsSchema } from './common.ts';
import { reading, STATE_STREAM, writing } from './procedure.ts';

const stateSchema = z.enum(['pending', 'accepted', 'rejected', 'expired', 'withdrawn']);
const causeSchema = z
  .enum(['none', 'votes', 'changed', 'guard', 'token', 'deadline', 'withdrawn'])
  .describe('votes: so many were for it, or against. changed, guard, token: why the deciding vote could not write.');

export const proposalSchema = z.object({
  proposal: z.int().positive(),
  path: pathSchema.describe('The key that is written when it is accepted.'),
  value: bytesSchema.nullable().describe('What would be written; null: it is decided, or too large to be listed.'),
  valueBytes: z.int().nonnegative(),
  sessionId: z.string(),
  owner: z.string(),
  why: z.string(),
  quorum: z.number().describe('The share of the electorate that accepts it.'),
  electorate: z.array(z.string()).describe('Who may vote, each once.'),
  isElectorateOfCell: z.boolean().describe('The voters of the cell, as they were when it was proposed.'),
  required: z.int().positive().describe('How many votes for it accept it.'),
  timeoutMs: z.int().positive(),
  isOnlyIfUnchanged: z.boolean(),
  fencingToken: z.int().nonnegative(),
  state: stateSchema,
  votesFor: z.int().nonnegative(),
  votesAgainst: z.int().nonnegative(),
  votes: z.array(
    z.object({
      voter: z.string(),
      isFor: z.boolean(),
      sessionId: z.string(),
      slot: slotSchema,
      atMs: wallClockMsSchema,
    }),
  ),
  proposedSlot: slotSchema,
  proposedMs: wallClockMsSchema,
  decided: z.object({ cause: causeSchema, why: z.string(), slot: slotSchema, atMs: wallClockMsSchema }).nullable(),
});
export type ProposalView = z.infer<typeof proposalSchema>;

export const proposalListSchema = z.object({
  proposals: z.array(proposalSchema).describe('Newest first.'),
  more: z.boolean().describe('There are older ones that are not told.'),
  slot: slotSchema,
});
export type ProposalList = z.infer<typeof proposalListSchema>;

/** How it stands with a proposal after a call. */
export const proposalOutcomeSchema = z.object({
  proposal: z.int().positive(),
  state: stateSchema,
  votesFor: z.int().nonnegative(),
  votesAgainst: z.int().nonnegative(),
  total: z.int().positive().describe('The electorate.'),
  required: z.int().positive(),
  cause: causeSchema,
  why: z.string().describe('Why it ended, in one line.'),
  slot: slotSchema,
});
export type ProposalOutcome = z.infer<typeof proposalOutcomeSchema>;

const which = z.object({
  prefix: z.string().default('').describe('Only proposals for keys that begin with it.'),
  withDecided: z.boolean().default(true).describe('Also those that are decided, as far as they are remembered.'),
  before: z.coerce.number().int().nonnegative().default(0).describe('Only older ones than this number; 0: all.'),
  limit: z.coerce.number().int().positive().max(1_000).default(200),
});

const write = (path: `/${string}`, summary: string, description: string) =>
  writing.route({ method: 'POST', path: `/proposals${path}`, summary, description, tags: ['proposals'] });

export const proposalsContract = {
  list: reading
    .route({
      method: 'GET',
      path: '/proposals',
      summary: 'List proposals',
      description: 'With their votes, newest first: while `more` is true, continue with the last number as `before`.',
      tags: ['proposals'],
    })
    .input(which.extend({ quorum: readQuorumSchema.default('majority') }))
    .output(proposalListSchema),
  watch: reading
    .route({
      method: 'GET',
      path: '/proposals/watch',
      summary: 'Watch proposals',
      description: STATE_STREAM,
      tags: ['proposals'],
    })
    .input(which)
    .output(eventIterator(proposalListSchema)),
  propose: write(
    '/propose',
    'Propose a value for a key',
    'It is written in the same step as the vote that accepts it, rejected as soon as it cannot be accepted ' +
      'any more, and expires after `timeoutMs`. While `waitMs` lasts the call waits for the decision; then the ' +
      'proposal is answered as it stands.',
  )
    .input(
      z.strictObject({
        path: pathSchema,
        value: bytesSchema,
        quorum: z.number().gt(0).max(1).default(0.51).describe('The share of the electorate that accepts it.'),
        electorate: z
          .array(z.string().min(1))
          .max(1_000)
          .default([])
          .describe('Who may vote: sessions, owners of sessions, agents, people. Empty: the voters of the cell.'),
        timeoutMs: z.int().positive().default(5_000),
        isOnlyIfUnchanged: z.boolean().default(false).describe('Rejected when the key was written meanwhile.'),
        owner: z.string().default(''),
        why: z.string().default(''),
        waitMs: z.int().nonnegative().max(60_000).default(0).describe('How long to wait for the decision.'),
        as: fencedActingSchema.optional(),
      }),
    )
    .output(proposalOutcomeSchema),
  vote: write(
    '/vote',
    'Vote for or against a proposal',
    'Each of the electorate votes once, and a vote stands: ALREADY_VOTED, or NOT_A_VOTER for others. ' +
      'PROPOSAL_CLOSED once it is decided.',
  )
    .input(
      z.strictObject({
        proposal: z.int().positive(),
        isFor: z.boolean(),
        voter: z.string().default('').describe('In whose name; empty: that of the session.'),
        as: actingSchema.optional(),
      }),
    )
    .output(proposalOutcomeSchema),
  withdraw: write(
    '/withdraw',
    'Withdraw a proposal',
    'As the session that proposed, or in the name of `by`; NOT_THE_PROPOSER for other sessions. ' +
      'PROPOSAL_CLOSED once it is decided.',
  )
    .input(
      z.strictObject({
        proposal: z.int().positive(),
        by: z.string().default('').describe('An operator who does this; empty: the session that proposed.'),
        why: z.string().default(''),
        as: actingSchema.optional(),
      }),
    )
    .output(proposalOutcomeSchema),
};
