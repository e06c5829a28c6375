import type { DemoAgent, DemoFault, DemoState, PlannedDemoFault } from '../contract/index.ts';
import type { DemoErrorReason } from './demo-error.ts';

/**
 * What an agent of a demo cell and its supervisor say to each other: lines of JSON over a local socket, one answer per
 * request, in their order. `from` is the agent that asks: what may be done to an agent depends on who asks for it.
 * After `follow` the connection stays, and every line from the supervisor is `DemoNews`.
 */
export interface ControlRequest extends ControlArguments {
  readonly call: keyof ControlCalls | typeof FOLLOW;
  readonly from: string;
}

export const FOLLOW = 'follow';

export interface ControlArguments {
  /** Of the agent that is meant, from 1. */
  readonly index?: number;
  readonly fault?: PlannedDemoFault;
  /** Of the fault that is meant. */
  readonly id?: string;
}

/** A new call joins in one line here and one in the supervisor. */
export interface ControlCalls {
  readonly state: DemoState;
  readonly addAgent: DemoAgent;
  readonly restartAgent: DemoAgent;
  readonly killAgent: Record<string, never>;
  readonly addFault: DemoFault;
  readonly healFault: Record<string, never>;
  readonly healAll: Record<string, never>;
}

/** The demo cell as it is now; told at once, and after each change. */
export interface DemoNews {
  readonly state: DemoState;
  /** Of each fault, in their order: what is left when this is sent. Clocks of the wall may be set while it lasts. */
  readonly remainingMs: readonly number[];
}

export type ControlReply =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly reason: DemoErrorReason; readonly message: string };

/** Requests and answers are short; whoever sends more is no agent. */
export const LINE_BYTES_MAX = 256 * 1024;
