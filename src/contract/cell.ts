import { eventIterator } from '@orpc/contract';
import * as z from 'zod';
import { ballotSchema, emptySchema, readQuorumSchema, slotSchema, wallClockMsSchema } from './common.ts';
import { controlling, reading, writing } from './procedure.ts';

/** What this agent knows of itself. Answered whatever state the cell is in. */
export const agentStatusSchema = z.object({
  agentId: z.string(),
  name: z.string().describe('Short name; empty until the cell has given one.'),
  cellId: z.string(),
  version: z.string(),
  state: z.enum(['leader', 'follower', 'campaigning', 'learner']),
  ballot: ballotSchema,
  leader: z.string().describe('Short name of the leader; empty when none is known.'),
  leaderId: z.string(),
  epoch: z.int(),
  chosenThrough: slotSchema,
  applied: slotSchema,
  revision: z.int(),
  revisionFloor: z.int(),
  journalFloor: slotSchema,
  journalEnd: slotSchema,
  writable: z.boolean(),
  unwritableReason: z.string().describe('Why writes are refused, when they are.'),
  unwritableSinceMs: wallClockMsSchema,
  readOnly: z.boolean().describe('The operator API refuses every change (a setting of this agent).'),
  uptimeMs: z.number(),
  pid: z.int(),
  grpcAddress: z.string(),
  httpAddress: z.string(),
  stateDir: z.string(),
  stateSizeBytes: z.number(),
  journalSizeBytes: z.number(),
});
export type AgentStatus = z.infer<typeof agentStatusSchema>;

export const participantSchema = z.object({
  agentId: z.string(),
  name: z.string(),
  role: z.enum(['voter', 'learner']),
  state: z.enum(['leader', 'follower', 'campaigning', 'learner']),
  isSelf: z.boolean(),
  suspect: z.boolean().describe('A majority reports it silent.'),
  grpcAddress: z.string(),
  httpAddress: z.string(),
  labels: z.record(z.string(), z.string()),
  version: z.string(),
  chosenThrough: slotSchema,
  applied: slotSchema,
  lagSlots: z.int().nonnegative().describe('Slots that the asked agent knows as chosen and this one has not applied.'),
  roundTripMs: z.number().nullable().describe('From the asked agent; null when unknown or itself.'),
  lastHeardMs: z.number().nullable().describe('Milliseconds since it was heard; null when unknown or itself.'),
  uptimeMs: z.number(),
  pin: z.enum(['none', 'voter', 'learner']),
});
export type ParticipantView = z.infer<typeof participantSchema>;

export const alertSchema = z.object({
  id: z.string().describe('The same as long as the same thing is wrong.'),
  severity: z.enum(['info', 'warning', 'critical']),
  text: z.string().describe('One sentence: what is wrong, with what, what to do.'),
  agentId: z.string().describe('Whom it concerns; empty: the cell.'),
  sinceMs: wallClockMsSchema,
});
export type Alert = z.infer<typeof alertSchema>;

/** Majority and how many voters may fail, for a set of voters. */
export const toleranceSchema = z.object({
  voters: z.int(),
  majority: z.int(),
  toleratedFailures: z.int(),
  /** Of the voters, how many answer now. */
  liveVoters: z.int(),
});
export type Tolerance = z.infer<typeof toleranceSchema>;

export const cellHealthSchema = z.object({
  level: z.enum(['healthy', 'degraded', 'read_only', 'starting']),
  sentence: z.string().describe('The health of the cell in one sentence.'),
  tolerance: toleranceSchema,
});
export type CellHealth = z.infer<typeof cellHealthSchema>;

/** What no program can decide: a person has to. */
export const waitingForPeopleSchema = z.object({
  unknownWorks: z.int().nonnegative().describe('Works done once of which nobody knows what became.'),
  deadEntries: z.int().nonnegative().describe('Entries of queues that have failed too often.'),
});
export type WaitingForPeople = z.infer<typeof waitingForPeopleSchema>;

/** Links between participants as drawn: from the asked agent to each other one. */
export const cellViewSchema = z.object({
  atMs: wallClockMsSchema.describe('When this was true, by the clock of the asked agent.'),
  status: agentStatusSchema,
  participants: z.array(participantSchema),
  health: cellHealthSchema,
  alerts: z.array(alertSchema),
  waiting: waitingForPeopleSchema.describe('For a person; in the state of the asked agent.'),
  appliedPerSecond: z.number().describe('Writes of the whole cell that the asked agent executed in the last second.'),
  /** Of the last second, on the asked agent. */
  writesPerSecond: z.number(),
  readsPerSecond: z.number(),
  /** Of writes submitted to the asked agent in the last second, until they were answered; 0: there were none. */
  commitP50Ms: z.number(),
  commitP99Ms: z.number(),
});
export type CellView = z.infer<typeof cellViewSchema>;

export const memberActionSchema = z.enum([
  'remove',
  'promote',
  'demote',
  'transfer',
  'replace',
  'pinVoter',
  'pinLearner',
  'unpin',
]);
export type MemberActionName = z.infer<typeof memberActionSchema>;

const memberChangeInput = z.strictObject({
  action: memberActionSchema,
  agents: z.array(z.string()).min(1).describe('Agent ids or short names.'),
  expectedEpoch: z.int().nonnegative().default(0).describe('Refused if the epoch has moved; 0: any.'),
});

/** What a change of the members would mean; computed, nothing is done. */
export const memberPreviewSchema = z.object({
  before: toleranceSchema,
  after: toleranceSchema,
  epoch: z.int().describe('Of the members that this was computed for: pass it as expectedEpoch.'),
  warnings: z.array(z.string()),
  /** Why it would be refused; empty: it would not. */
  refusal: z.string(),
});
export type MemberPreview = z.infer<typeof memberPreviewSchema>;

export const cellContract = {
  status: reading
    .route({
      method: 'GET',
      path: '/status',
      summary: 'Read what this agent knows of itself',
      description: 'Answered whatever state the cell is in.',
      tags: ['cell'],
    })
    .output(agentStatusSchema),
  view: reading
    .route({
      method: 'GET',
      path: '/cell',
      summary: 'Read the cell as this agent sees it',
      description:
        'Participants, health, alerts and what waits for a person. By default it is answered without a majority ' +
        'too.',
      tags: ['cell'],
    })
    .input(z.object({ quorum: readQuorumSchema.default('local') }))
    .output(cellViewSchema),
  watch: reading
    .route({
      method: 'GET',
      path: '/cell/watch',
      summary: 'Watch the cell',
      description:
        'The first event comes at once, another one after every change worth telling and at least every few ' +
        'seconds; at most ten a second.',
      tags: ['cell'],
    })
    .output(eventIterator(cellViewSchema)),
  previewMembers: reading
    .route({
      method: 'POST',
      path: '/members/preview',
      summary: 'Preview a change of members',
      description:
        'Works out what it would mean for the majority, and why it would be refused; nothing is done. Pass ' +
        '`epoch` of the answer as `expectedEpoch` of the change, so that it is done only to the members it was ' +
        'worked out for.',
      tags: ['cell'],
    })
    .input(memberChangeInput)
    .output(memberPreviewSchema),
  changeMembers: writing
    .route({
      method: 'POST',
      path: '/members',
      summary: 'Change the members',
      description:
        '`promote`, `demote`, `remove` and `replace` are one change of all named agents; `replace` makes them ' +
        'the voters, and voters that are not named become learners. `transfer` hands the leadership to one ' +
        'agent. EPOCH_MOVED when the members have changed since `expectedEpoch`, CHANGE_REFUSED when it must not ' +
        'be done.',
      tags: ['cell'],
    })
    .input(memberChangeInput)
    .output(z.object({ epoch: z.int(), slot: slotSchema, leader: z.string() })),
  joinCommand: reading
    .route({
      method: 'GET',
      path: '/members/join-command',
      summary: 'Tell how another agent joins',
      description: 'A command for people to copy; ADDRESS or DIR in it is for them to fill in.',
      tags: ['cell'],
    })
    .output(z.object({ command: z.string(), grpcAddress: z.string(), insecureNeeded: z.boolean() })),
  compact: writing
    .route({
      method: 'POST',
      path: '/compact',
      summary: 'Forget history below a revision',
      description:
        'Keys stay as they are. FUTURE_REVISION above the newest revision, COMPACTED below what has been ' +
        'forgotten already.',
      tags: ['cell'],
    })
    .input(z.strictObject({ floor: z.int().positive() }))
    .output(z.object({ slot: slotSchema, revision: z.int() })),
  setReadOnly: controlling
    .route({
      method: 'PUT',
      path: '/read-only',
      summary: 'Switch read-only mode',
      description:
        'While it is on, this agent refuses every change by operators, and streams that keep sessions alive end; ' +
        'programs over gRPC are not concerned. READ_ONLY when the agent was started so: then only a restart ends ' +
        'it.',
      tags: ['cell'],
    })
    .input(z.strictObject({ readOnly: z.boolean() }))
    .output(emptySchema),
};
