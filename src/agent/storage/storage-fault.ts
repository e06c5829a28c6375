/** Why storage cannot go on. The agent exits with it; nothing is retried. */
export type StorageFaultKind =
  /** Another process owns the state directory. */
  | 'taken'
  /** Something that was durable here is gone or changed: this agent must never vote again. */
  | 'damaged'
  /** The disk refused a write or an fsync. What was acknowledged is there; a restart may recover. */
  | 'disk'
  /** The state directory belongs to a newer version, or is something else. */
  | 'unusable'
  /** A defect of Synod. */
  | 'unexpected';

/** One line for a person: which file, what happened, what to do. */
export class StorageFault extends Error {
  readonly kind: StorageFaultKind;
  readonly file: string;
  readonly whatHappened: string;
  readonly whatToDo: string;

  constructor(kind: StorageFaultKind, file: string, whatHappened: string, whatToDo: string, cause?: unknown) {
    // SQLite's findings come in several lines.
    super(
      `${file}: ${whatHappened}. ${whatToDo}`.replaceAll(/\s*\n\s*/g, ' '),
      cause === undefined ? undefined : { cause },
    );
    this.name = 'StorageFault';
    this.kind = kind;
    this.file = file;
    this.whatHappened = whatHappened;
    this.whatToDo = whatToDo;
  }
}

const REJOIN =
  'This agent must not vote any more: start it with a new, empty state directory and it rejoins the cell as a new agent';

/** What a vote rested on is gone or wrong. */
export function damaged(file: string, whatHappened: string, cause?: unknown): StorageFault {
  return new StorageFault('damaged', file, whatHappened, REJOIN, cause);
}

/** Turns whatever a disk operation threw into one line that says what to do. */
export function asStorageFault(file: string, error: unknown): StorageFault {
  if (error instanceof StorageFault) return error;
  const code = codeOf(error);
  const message = error instanceof Error ? error.message : String(error);
  if (code === 'SQLITE_FULL' || code === 'ENOSPC' || code === 'EDQUOT') {
    return new StorageFault('disk', file, 'the disk is full', 'Free some space and start the agent again', error);
  }
  if (code === 'EFBIG') {
    return new StorageFault('disk', file, 'the file may not grow any more', 'Raise the limit and start again', error);
  }
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS' || code.startsWith('SQLITE_READONLY')) {
    return new StorageFault('unusable', file, `not writable (${message})`, 'Correct its owner or mode', error);
  }
  if (code.startsWith('SQLITE_CANTOPEN')) {
    return new StorageFault('unusable', file, `cannot be opened (${message})`, 'Correct its owner or mode', error);
  }
  if (code.startsWith('SQLITE_IOERR') || /^E[A-Z0-9]+$/.test(code)) {
    const what = `the disk failed (${code}: ${message})`;
    return new StorageFault('disk', file, what, 'Check the disk and its free space, then start the agent again', error);
  }
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED')) {
    return new StorageFault('taken', file, 'locked by another program', 'Close the program that has it open', error);
  }
  if (DAMAGE.some((prefix) => code.startsWith(prefix))) return damaged(file, `damaged (${message})`, error);
  return new StorageFault('unexpected', file, `failed unexpectedly (${message})`, REPORT, error);
}

/** What SQLite says of bytes that it cannot have written. */
const DAMAGE = ['SQLITE_CORRUPT', 'SQLITE_NOTADB', 'SQLITE_FORMAT', 'SQLITE_SCHEMA', 'SQLITE_ERROR', 'SQLITE_MISMATCH'];
const REPORT = 'What was acknowledged is on disk: start the agent again, and report this as a defect';

function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('code' in error)) return '';
  return typeof error.code === 'string' ? error.code : '';
}
