/** What the main thread and the introspection worker say to each other, and what a viewer gets. */

export interface StackFrame {
  readonly function: string;
  /** File URL, or `node:` for the runtime's own code. */
  readonly url: string;
  /** From 1. */
  readonly line: number;
  readonly column: number;
}

/** What the main thread was doing at one moment. */
export interface CallStack {
  /** Wall clock. */
  readonly atMs: number;
  /**
   * `running`: these frames were on the stack, innermost first. `idle`: it waited for events. `native`: it did not
   * answer in time, so it is inside native code (a system call, SQLite) that cannot be interrupted.
   */
  readonly state: 'running' | 'idle' | 'native';
  readonly frames: readonly StackFrame[];
}

/** The loop did not turn for a while; the stack was taken while it stood. */
export interface BlockedLoop {
  readonly stack: CallStack;
  /** How long it had stood when the stack was taken. */
  readonly blockedMs: number;
}

export type WorkerRequest =
  | { readonly kind: 'callStack'; readonly id: number }
  | { readonly kind: 'cpuProfile'; readonly id: number; readonly durationMs: number; readonly samplingMicros: number }
  | { readonly kind: 'watch'; readonly blockedAfterMs: number };

export type WorkerReply =
  | { readonly kind: 'callStack'; readonly id: number; readonly stack: CallStack }
  /** JSON of Chrome's `.cpuprofile` format. */
  | { readonly kind: 'cpuProfile'; readonly id: number; readonly profile: string }
  | { readonly kind: 'failed'; readonly id: number; readonly message: string }
  | { readonly kind: 'blocked'; readonly blocked: BlockedLoop };

export interface WorkerStart {
  /** One counter, raised by the main thread while its loop turns. */
  readonly turns: SharedArrayBuffer;
}
