import { SynodError } from '../client/index.ts';
import { UsageError } from '../command-line/flag.ts';
import { DemoError } from '../demo/index.ts';
import { EXIT, Failure } from './command.ts';

/** What a failure is to the user: one line that says what to do, and an exit code. */
export function explain(error: unknown): { readonly line: string; readonly exitCode: number } {
  if (error instanceof UsageError) return { line: error.message, exitCode: EXIT.usage };
  if (error instanceof Failure) return { line: error.message, exitCode: error.exitCode };
  if (error instanceof DemoError) return { line: error.message, exitCode: EXIT.failed };
  if (error instanceof SynodError) return explainSynod(error);
  if (isSystemError(error)) {
    return {
      line: `cannot ${error.syscall} ${error.path ?? ''}: ${SYSTEM[error.code] ?? error.code}`,
      exitCode: EXIT.failed,
    };
  }
  const text = error instanceof Error ? error.message : String(error);
  return { line: `unexpected: ${text} (SYNOD_DEBUG=1 shows where)`, exitCode: EXIT.failed };
}

export function unknownEffect({ effect }: SynodError): string {
  return effect === 'unknown' ? '; whether it was written is not known' : '';
}

function explainSynod(error: SynodError): { readonly line: string; readonly exitCode: number } {
  const unknown = unknownEffect(error);
  switch (error.reason) {
    case 'UNREACHABLE':
    case 'NO_ANSWER':
      return {
        line: `${error.message}${unknown}. Start a cell with "synod try", or name its agents with --endpoint HOST:PORT`,
        exitCode: EXIT.unreachable,
      };
    case 'NOT_AN_AGENT':
      return { line: error.message, exitCode: EXIT.unreachable };
    case 'CANCELLED':
      return { line: `interrupted${unknown}`, exitCode: EXIT.interrupted };
    default:
      return { line: `${error.message}${unknown}`, exitCode: EXIT.failed };
  }
}

interface SystemError extends Error {
  readonly code: string;
  readonly syscall: string;
  readonly path?: string;
}

const SYSTEM: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or directory',
  EACCES: 'permission denied',
  EPERM: 'not permitted',
  EISDIR: 'it is a directory',
  ENOTDIR: 'part of the path is not a directory',
  EEXIST: 'it exists already',
  ENOSPC: 'the disk is full',
  EROFS: 'the file system is read-only',
};

function isSystemError(error: unknown): error is SystemError {
  return error instanceof Error && 'syscall' in error && 'code' in error && typeof error.code === 'string';
}
