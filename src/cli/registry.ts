import type { Command } from './command.ts';
import type { CommandGroup } from './help.ts';

export interface Registered {
  readonly name: string;
  readonly summary: string;
  /** Loaded when it is used: the others cost nothing at the start. */
  readonly load: () => Promise<Command>;
}

interface Group extends CommandGroup {
  readonly commands: readonly Registered[];
}

export const GROUPS: readonly Group[] = [
  {
    title: 'Run a cell',
    commands: [
      {
        name: 'try',
        summary: 'Start a cell of three agents on this machine, to try things out.',
        load: async () => (await import('./commands/try.ts')).tryCommand,
      },
      {
        name: 'agent',
        summary: 'Run one agent: found a cell, resume, or join one.',
        load: async () => (await import('./commands/agent.ts')).agentCommand,
      },
    ],
  },
  {
    title: 'Keys',
    commands: [
      {
        name: 'get',
        summary: 'Read a key.',
        load: async () => (await import('./commands/get.ts')).getCommand,
      },
      {
        name: 'put',
        summary: 'Write a key.',
        load: async () => (await import('./commands/put.ts')).putCommand,
      },
      {
        name: 'cas',
        summary: 'Write a key only if it is as expected.',
        load: async () => (await import('./commands/cas.ts')).casCommand,
      },
      {
        name: 'del',
        summary: 'Delete a key, or all keys with a prefix.',
        load: async () => (await import('./commands/del.ts')).delCommand,
      },
      {
        name: 'ls',
        summary: 'List the keys with a prefix, or one level of a path.',
        load: async () => (await import('./commands/ls.ts')).lsCommand,
      },
      {
        name: 'history',
        summary: 'Show the revisions of a key.',
        load: async () => (await import('./commands/history.ts')).historyCommand,
      },
      {
        name: 'watch',
        summary: 'Show changes as they happen.',
        load: async () => (await import('./commands/watch.ts')).watchCommand,
      },
      {
        name: 'txn',
        summary: 'Compare keys and change several at once (JSON on standard input).',
        load: async () => (await import('./commands/txn.ts')).txnCommand,
      },
      {
        name: 'export',
        summary: 'Print all keys with their values, one JSON object a line.',
        load: async () => (await import('./commands/export.ts')).exportCommand,
      },
      {
        name: 'import',
        summary: 'Write the keys that "export" printed.',
        load: async () => (await import('./commands/import.ts')).importCommand,
      },
    ],
  },
  {
    title: 'Operate a cell',
    commands: [
      {
        name: 'status',
        summary: 'Show how the asked agent and its cell are doing.',
        load: async () => (await import('./commands/status.ts')).statusCommand,
      },
      {
        name: 'members',
        summary: 'List, add, remove, promote, demote, transfer, replace, pin.',
        load: async () => (await import('./commands/members.ts')).membersCommand,
      },
      {
        name: 'snapshot',
        summary: 'Save the state of an agent; found a new cell from it.',
        load: async () => (await import('./commands/snapshot.ts')).snapshotCommand,
      },
    ],
  },
  {
    title: 'Measure and test',
    commands: [
      {
        name: 'bench',
        summary: 'Measure a cell of real processes on this machine.',
        load: async () => (await import('./commands/bench.ts')).benchCommand,
      },
      {
        name: 'simulate',
        summary: 'Run whole cells in a simulated world and check what must hold.',
        load: async () => (await import('./commands/simulate.ts')).simulateCommand,
      },
    ],
  },
  {
    title: 'Shell',
    commands: [
      {
        name: 'completion',
        summary: 'Print the completion script of bash, zsh or fish.',
        load: async () => (await import('./commands/completion.ts')).completionCommand,
      },
    ],
  },
];

export const REGISTERED: readonly Registered[] = GROUPS.flatMap(({ commands }) => commands);
