import type { Command } from './command.ts';
import type { CommandGroup } from './help.ts';

export interface Registered {
  readonly name: string;
  readonly summary: string;
  /** Other names of the same command. */
  readonly aliases?: readonly string[];
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
        name: 'demo',
        summary: 'A guided run through a cell of three agents, in this terminal.',
        aliases: ['consensus'],
        load: async () => (await import('./commands/demo.ts')).demoCommand,
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
        name: 'lease',
        summary: 'Make, renew and end leases: keys that are put with one are deleted when it ends.',
        load: async () => (await import('./commands/lease.ts')).leaseCommand,
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
    title: 'Coordinate',
    commands: [
      {
        name: 'lock',
        summary: 'Hold a lock, while a command runs or until Ctrl-C.',
        load: async () => (await import('./commands/lock.ts')).lockCommand,
      },
      {
        name: 'unlock',
        summary: 'Give a lock back early, or take it from its holder.',
        load: async () => (await import('./commands/unlock.ts')).unlockCommand,
      },
      {
        name: 'locks',
        summary: 'Show the locks, who holds them and who waits.',
        load: async () => (await import('./commands/locks.ts')).locksCommand,
      },
      {
        name: 'elect',
        summary: 'Campaign in an election, and run a command while elected; or observe one.',
        load: async () => (await import('./commands/elect.ts')).electCommand,
      },
      {
        name: 'barrier',
        summary: 'Make barriers, arrive at them and wait, break and reset them.',
        load: async () => (await import('./commands/barrier.ts')).barrierCommand,
      },
      {
        name: 'propose',
        summary: 'Propose a value for a key, which is written when enough voters are for it.',
        load: async () => (await import('./commands/propose.ts')).proposeCommand,
      },
      {
        name: 'vote',
        summary: 'Vote for or against a proposal.',
        load: async () => (await import('./commands/vote.ts')).voteCommand,
      },
      {
        name: 'withdraw',
        summary: 'Withdraw a proposal that is not decided.',
        load: async () => (await import('./commands/withdraw.ts')).withdrawCommand,
      },
      {
        name: 'proposals',
        summary: 'Show proposals and their votes.',
        load: async () => (await import('./commands/proposals.ts')).proposalsCommand,
      },
      {
        name: 'once',
        summary: 'Run a command once in all, and print its recorded output to whoever repeats it.',
        load: async () => (await import('./commands/once.ts')).onceCommand,
      },
      {
        name: 'queue',
        summary: 'Add entries to queues, work on them, and look after them.',
        load: async () => (await import('./commands/queue.ts')).queueCommand,
      },
      {
        name: 'incr',
        summary: 'Add to a key that holds a whole number.',
        load: async () => (await import('./commands/incr.ts')).incrCommand,
      },
      {
        name: 'limits',
        summary: 'Show or change what the cell may have of locks, waiters and so on.',
        load: async () => (await import('./commands/limits.ts')).limitsCommand,
      },
      {
        name: 'session',
        summary: 'List and end sessions: what locks belong to.',
        load: async () => (await import('./commands/session.ts')).sessionCommand,
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
        name: 'compact',
        summary: 'Forget the history of keys below a revision, on all agents.',
        load: async () => (await import('./commands/compact.ts')).compactCommand,
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
