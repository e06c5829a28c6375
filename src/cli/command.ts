import type { Readable, Writable } from 'node:stream';
import type { Flag } from '../command-line/flag.ts';
import type { Flags } from '../command-line/parse-flags.ts';

export interface Positional {
  readonly name: string;
  readonly optional?: boolean;
  /** Takes all that follow. */
  readonly repeated?: boolean;
}

export interface Example {
  readonly command: string;
  readonly explains: string;
}

export interface Command {
  readonly name: string;
  /** One line, in the list of commands. */
  readonly summary: string;
  /** What a newcomer should know, wrapped by the help. */
  readonly details?: string;
  readonly positionals: readonly Positional[];
  readonly flags: readonly Flag[];
  readonly examples: readonly Example[];
  readonly subcommands?: readonly Command[];
  /** Asks a cell: takes `--endpoint` and `--timeout` as well. */
  readonly isClient: boolean;
  /** It heeds `stop` by itself, in the time that it takes: what it runs must end first. */
  readonly endsItself?: boolean;
  /** Resolves to the exit code. Absent: only its subcommands do something. */
  readonly run?: (context: Context) => Promise<number>;
}

/** The world of a command, so that tests give it another one. */
export interface World {
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Fires at SIGINT and SIGTERM. */
  readonly stop: AbortSignal;
}

export interface Context extends World {
  readonly positionals: readonly string[];
  readonly flags: Flags;
  readonly json: boolean;
}

export const EXIT = { ok: 0, failed: 1, unreachable: 2, usage: 64, interrupted: 130 } as const;

/** Something was refused or failed for a reason the user can act on: said in one line. */
export class Failure extends Error {
  readonly exitCode: number;

  constructor(message: string, exitCode: number = EXIT.failed) {
    super(message);
    this.name = 'Failure';
    this.exitCode = exitCode;
  }
}
