import { eventIterator } from '@orpc/contract';
import * as z from 'zod';
import { emptySchema, wallClockMsSchema } from './common.ts';
import { reading, writing } from './procedure.ts';

/** The processes of a demo cell on this machine: only there may agents be started, paused and killed from a window. */
export const demoAgentSchema = z.object({
  index: z.int().positive(),
  name: z.string().describe('Empty until the cell has given one.'),
  agentId: z.string(),
  pid: z.int(),
  state: z.enum(['starting', 'running', 'paused', 'ended']),
  /** It hosts the window or the supervisor: it cannot be paused or killed from here. */
  isSelf: z.boolean(),
  grpcAddress: z.string(),
  httpAddress: z.string(),
});
export type DemoAgent = z.infer<typeof demoAgentSchema>;

/** What can be done to a demo cell. It heals by itself after a while, also when whoever did it has gone. */
export const demoFaultKinds = z.enum(['cut', 'delay', 'drop', 'duplicate', 'pause', 'kill']);
export type DemoFaultKind = z.infer<typeof demoFaultKinds>;

const demoLinkSchema = z.tuple([z.string(), z.string()]).describe('The ids of the agents at its ends.');
export type DemoLink = z.infer<typeof demoLinkSchema>;

export const demoFaultSchema = z.object({
  id: z.string(),
  kind: demoFaultKinds,
  agents: z.array(z.string()).describe('Agent ids: of the processes, or of those at the ends of the links.'),
  links: z.array(demoLinkSchema).describe('All that it is of; empty when it is of processes.'),
  direction: z
    .enum(['both', 'forth'])
    .describe('Of links. forth: only what the first agent of each sends to the second.'),
  delayMs: z.int().nonnegative(),
  jitterMs: z.int().nonnegative(),
  share: z.number().min(0).max(1).describe('Of dropped or duplicated messages.'),
  beganMs: wallClockMsSchema,
  healsAtMs: wallClockMsSchema,
});
export type DemoFault = z.infer<typeof demoFaultSchema>;

const faultInputSchema = z.strictObject({
  kind: demoFaultKinds,
  agents: z
    .array(z.string())
    .max(256)
    .default([])
    .describe('Agent ids: one or more for processes, two for one link; none when links are named.'),
  links: z.array(demoLinkSchema).max(1_024).default([]).describe('Several links at once, one fault with one timer.'),
  direction: z.enum(['both', 'forth']).default('both'),
  delayMs: z.int().nonnegative().max(10_000).default(0),
  jitterMs: z.int().nonnegative().max(10_000).default(0),
  share: z.number().min(0).max(1).default(1),
  healsAfterMs: z
    .int()
    .min(500)
    .max(10 * 60_000)
    .default(15_000),
});
export type DemoFaultInput = z.input<typeof faultInputSchema>;
/** With everything filled in that was left out. */
export type PlannedDemoFault = z.output<typeof faultInputSchema>;

/** What a fault would do to the majority, worked out by the agent from the voters, what is down now, and faults in effect. */
export const demoFaultPreviewSchema = z.object({
  voters: z.int().nonnegative(),
  majority: z.int().nonnegative(),
  reachableNow: z
    .int()
    .nonnegative()
    .describe('The most running voters that one of them can talk to itself, as a leader must; it counts as well.'),
  reachableThen: z.int().nonnegative(),
  losesMajority: z.boolean().describe('There is a majority now, and then there is none.'),
  keep: z.array(z.string()).describe('Voters that could talk to a majority then: each of them could lead.'),
  lose: z.array(z.string()).describe('Voters that run, and could not: they accept no writes.'),
  affectsLeader: z.boolean().describe('The leader could not go on: expect an election.'),
  says: z.string().describe('In one sentence, for people.'),
});
export type DemoFaultPreview = z.infer<typeof demoFaultPreviewSchema>;

export const demoStateSchema = z.object({
  isDemo: z.boolean(),
  agents: z.array(demoAgentSchema),
  faults: z.array(demoFaultSchema),
});
export type DemoState = z.infer<typeof demoStateSchema>;

export const demoContract = {
  state: reading
    .route({
      method: 'GET',
      path: '/demo',
      summary: 'Read the state of the demo cell',
      description: 'Its processes and the faults in effect; on any other cell `isDemo` is false.',
      tags: ['demo'],
    })
    .output(demoStateSchema),
  addAgent: writing
    .route({
      method: 'POST',
      path: '/demo/agents',
      summary: 'Start one more agent',
      description: 'On this machine; it joins this cell. NOT_A_DEMO_CELL on any other cell.',
      tags: ['demo'],
    })
    .output(demoAgentSchema),
  restartAgent: writing
    .route({
      method: 'POST',
      path: '/demo/agents/{index}/restart',
      summary: 'Start a dead agent again',
      description: 'With the state that it left. NOT_A_DEMO_CELL on any other cell.',
      tags: ['demo'],
    })
    .input(z.strictObject({ index: z.coerce.number().int().positive() }))
    .output(demoAgentSchema),
  killAgent: writing
    .route({
      method: 'POST',
      path: '/demo/agents/{index}/kill',
      summary: 'Kill an agent',
      description: 'At once, as `kill -9` does; not the one of `isSelf`. NOT_A_DEMO_CELL on any other cell.',
      tags: ['demo'],
    })
    .input(z.strictObject({ index: z.coerce.number().int().positive() }))
    .output(emptySchema),
  watch: reading
    .route({
      method: 'GET',
      path: '/demo/watch',
      summary: 'Watch the demo cell',
      description: 'The first event comes at once, another one whenever an agent or a fault comes or goes.',
      tags: ['demo'],
    })
    .output(eventIterator(demoStateSchema)),
  previewFault: reading
    .route({
      method: 'POST',
      path: '/demo/faults/preview',
      summary: 'Preview a fault',
      description: 'Works out what it would do to the majority; nothing is done. NOT_A_DEMO_CELL on any other cell.',
      tags: ['demo'],
    })
    .input(faultInputSchema)
    .output(demoFaultPreviewSchema),
  addFault: writing
    .route({
      method: 'POST',
      path: '/demo/faults',
      summary: 'Inject a fault',
      description:
        'Into links or processes. It heals by itself after `healsAfterMs`, also when whoever did it has gone. A ' +
        'second fault of the same kind takes the place of the first, if it is of all that the first is of.',
      tags: ['demo'],
    })
    .input(faultInputSchema)
    .output(demoFaultSchema),
  healFault: writing
    .route({
      method: 'POST',
      path: '/demo/faults/{id}/heal',
      summary: 'Heal a fault',
      description: 'Before its time is over.',
      tags: ['demo'],
    })
    .input(z.strictObject({ id: z.string() }))
    .output(emptySchema),
  healAll: writing
    .route({
      method: 'POST',
      path: '/demo/faults/heal',
      summary: 'Heal all faults',
      description: 'Before their time is over.',
      tags: ['demo'],
    })
    .output(emptySchema),
};
