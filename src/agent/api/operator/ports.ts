import type {
  AppState,
  DemoAgent,
  DemoFault,
  DemoState,
  JournalEntryView,
  MessageFilter,
  PlannedDemoFault,
  Setting,
} from '../../../contract/index.ts';
import type { TimerCountdown } from '../../host/cell-port.ts';
import type { StateStore } from '../../machine/store.ts';
import type { Observability } from '../../observe/index.ts';
import type { ApiPorts } from '../ports.ts';
import type { LogPosition, MessageQuery, QueriedMessages, WatchedMessages } from './messages-log.ts';
import type { MessageDetailView } from './messages-view.ts';
import type { ReadOnlySwitch } from './read-only-switch.ts';

/**
 * What the operator API needs beside what every API needs. One composition root fills it in; in tests each part has a
 * small stand-in.
 */
export interface OperatorPorts {
  readonly api: ApiPorts;
  readonly observe: Pick<Observability, 'rpcLog' | 'inFlight' | 'history' | 'introspection'>;
  readonly journal: JournalPort;
  readonly logs: ParticipantLogs;
  readonly listings: KeyListings;
  readonly links: () => readonly LinkView[];
  /** In effect since the start of the agent. */
  readonly settings: () => readonly Setting[];
  /** Whether agents on other machines could reach this one. */
  readonly isInsecure: boolean;
  /** Absent: no demo cell. */
  readonly demo?: DemoPort;
  readonly readOnly: ReadOnlySwitch;
  /** Fires when the agent ends: whoever looks must look away before its storage is closed. Absent: it does not end. */
  readonly ending?: AbortSignal;
}

/** What only a key browser asks of the store: names without anything else, sizes without values, what is no longer there. */
export type KeyListings = Pick<StateStore, 'segments' | 'headers' | 'deleted'>;

export interface LinkView {
  readonly agentId: string;
  readonly connected: boolean;
  readonly bufferedBytes: number;
}

/** The journal of this agent, decoded for people. */
export interface JournalPort {
  bounds(): { readonly floor: number; readonly end: number; readonly chosenThrough: number; readonly applied: number };
  /** In order of slots, from `fromSlot`; fewer at the end of the journal. */
  list(fromSlot: number, limit: number): readonly JournalEntryView[];
  /** Undefined when the slot is below the floor or beyond the end. */
  entry(
    slot: number,
  ): { readonly entry: JournalEntryView; readonly payload: unknown; readonly paths: readonly string[] } | undefined;
}

/** What other participants know: their message logs, and the leader's count. Failures are `CellError`s or say PARTICIPANT_UNREACHABLE. */
export interface ParticipantLogs {
  query(agentId: string, query: MessageQuery, signal: AbortSignal | undefined): Promise<QueriedMessages>;
  /** From now on, or from behind a position. Ends by throwing when the participant cannot be reached (any more). */
  watch(
    agentId: string,
    filter: MessageFilter,
    from: LogPosition | undefined,
    signal: AbortSignal,
  ): AsyncIterable<WatchedMessages>;
  detail(agentId: string, sequence: number, signal: AbortSignal | undefined): Promise<MessageDetailView>;
  /** Undefined: it counts nothing, because it does not lead. */
  countdowns(
    agentId: string,
    timerIds: readonly string[],
    signal: AbortSignal,
  ): Promise<readonly TimerCountdown[] | undefined>;
}

/** Whoever started the agents of a demo cell, asked over its control socket. */
export interface DemoPort {
  state(): Promise<DemoState>;
  addAgent(): Promise<DemoAgent>;
  restartAgent(index: number): Promise<DemoAgent>;
  killAgent(index: number): Promise<void>;
  /** @param by who asks, for the log of this agent */
  addFault(fault: PlannedDemoFault, by: string): Promise<DemoFault>;
  healFault(id: string, by: string): Promise<void>;
  healAll(by: string): Promise<void>;
  /** The present state and each after it, until the returned function is called or nobody supervises the cell any more. */
  watch(viewer: DemoViewer): () => void;
}

export interface DemoViewer {
  tell(state: DemoState): void;
  /** It is told nothing after that. */
  gone(error: Error): void;
}

/** The desktop app, as the window may steer it. */
export interface AppPort {
  state(): AppState;
  onState(listener: (state: AppState) => void): () => void;
  begin(input: { choice: 'found' } | { choice: 'join'; peers: readonly string[] } | { choice: 'demo' }): Promise<void>;
  dismissLink(): void;
  /** `url` is the dashboard of a participant. */
  openDashboard(url: string): Promise<void>;
}
