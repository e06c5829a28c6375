import { eventIterator } from '@orpc/contract';
import * as z from 'zod';
import { emptySchema, wallClockMsSchema } from './common.ts';
import { LOG_LEVELS } from './log-levels.ts';
import { controlling, reading } from './procedure.ts';

/**
 * A span of samples, column by column, oldest first. Names end in their units. Percentiles of what is timed only when it
 * happens (`fsyncP50Ms`, `commitP99Ms`, ...) are 0 in a second in which it did not.
 */
export const runtimeSeriesSchema = z.object({
  intervalMs: z.int(),
  atMs: z.array(wallClockMsSchema),
  columns: z.record(z.string(), z.array(z.number())),
});
export type RuntimeSeries = z.infer<typeof runtimeSeriesSchema>;

export const callStackSchema = z.object({
  atMs: wallClockMsSchema,
  state: z.enum(['running', 'idle', 'native']),
  frames: z.array(z.object({ function: z.string(), url: z.string(), line: z.int(), column: z.int() })),
});
export type CallStackView = z.infer<typeof callStackSchema>;

export const runtimeContract = {
  series: reading
    .route({
      method: 'GET',
      path: '/runtime',
      summary: 'Read samples of the process',
      description: 'One a second, of the last hour, column by column.',
      tags: ['runtime'],
    })
    .input(z.object({ sinceMs: z.number().default(0), limit: z.int().positive().max(3_600).default(3_600) }))
    .output(runtimeSeriesSchema),
  watch: reading
    .route({
      method: 'GET',
      path: '/runtime/watch',
      summary: 'Watch samples of the process',
      description: 'Each new one is told once; a slow reader gets several at a time.',
      tags: ['runtime'],
    })
    .output(eventIterator(runtimeSeriesSchema)),
  facts: reading
    .route({
      method: 'GET',
      path: '/runtime/facts',
      summary: 'Read facts about the process',
      description: 'Machine, versions, log level, and the links to other participants.',
      tags: ['runtime'],
    })
    .output(
      z.object({
        pid: z.int(),
        platform: z.string(),
        arch: z.string(),
        nodeVersion: z.string(),
        v8Version: z.string(),
        electronVersion: z.string().describe('Empty outside of the desktop app.'),
        cpuCount: z.int(),
        memoryTotalBytes: z.number(),
        uptimeMs: z.number(),
        logLevel: z.string(),
        links: z.array(
          z.object({ agentId: z.string(), name: z.string(), connected: z.boolean(), bufferedBytes: z.number() }),
        ),
      }),
    ),
  callStack: reading
    .route({
      method: 'GET',
      path: '/runtime/call-stack',
      summary: 'Read the call stack of the process',
      description: 'What it does at this moment.',
      tags: ['runtime'],
    })
    .output(callStackSchema),
  cpuProfile: controlling
    .route({
      method: 'POST',
      path: '/runtime/cpu-profile',
      summary: 'Take a CPU profile',
      description: 'Answered after `durationMs`. OVERLOADED while another one is taken of this agent.',
      tags: ['runtime'],
    })
    .input(z.strictObject({ durationMs: z.int().min(100).max(120_000).default(5_000) }))
    .output(z.object({ fileName: z.string(), profile: z.string().describe("JSON of Chrome's .cpuprofile format.") })),
  heapSnapshot: controlling
    .route({
      method: 'POST',
      path: '/runtime/heap-snapshot',
      summary: 'Take a heap snapshot',
      description:
        'Streams the text of a `.heapsnapshot` in pieces, in order. OVERLOADED while another one is taken of ' +
        'this agent.',
      tags: ['runtime'],
    })
    .output(eventIterator(z.object({ fileName: z.string(), text: z.string() }))),
  setLogLevel: controlling
    .route({
      method: 'PUT',
      path: '/runtime/log-level',
      summary: 'Set the log level',
      description: 'Of this agent, until it ends.',
      tags: ['runtime'],
    })
    .input(z.strictObject({ level: z.enum(LOG_LEVELS) }))
    .output(emptySchema),
};
