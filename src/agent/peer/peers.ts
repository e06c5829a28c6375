import type { Server } from '@grpc/grpc-js';
import type { AgentId, Ballot, Slot } from '../consensus/types.ts';
import type { CellPort } from '../host/cell-port.ts';
import type { PeerMessage } from '../host/ports.ts';
import type { ParticipantRecord } from './addresses.ts';
import type { GuardedListener } from './guarded-listener.ts';
import type { Joined } from './join.ts';
import type { LinkPolicy } from './link-policy.ts';
import type { PeerObserver } from './observer.ts';
import type { StreamLimits } from './outbound-stream.ts';
import type { PeerLog } from './peer-log.ts';
import type { Address } from './ports.ts';
import type { OpenSnapshotSink, SavedSnapshot } from './snapshot-transfer.ts';

export interface PeersOptions {
  readonly agentId: AgentId;
  /** Made anew at every start. */
  readonly bootId: string;
  readonly version: string;
  /** What others dial. */
  readonly grpcAddress: string;
  readonly httpAddress: string;
  readonly labels: Readonly<Record<string, string>>;
  /** What was durable when this agent started. */
  readonly found: { readonly promised: Ballot; readonly journalEnd: Slot };
  /** From `--peer`. */
  readonly bootstrap: readonly Address[];
  readonly saveSnapshot: () => Promise<SavedSnapshot>;
  readonly log: PeerLog;
  readonly observer: PeerObserver;
  /** This agent must stop: the text says why and what its operator can do. */
  readonly onFatal: (text: string) => void;
  readonly policy?: LinkPolicy;
  readonly limits?: Partial<StreamLimits>;
  readonly rejoinAfterMs?: number;
  readonly random?: () => number;
  /** Monotonic. */
  readonly nowMs?: () => number;
}

export interface PeerStatus {
  readonly agentId: AgentId;
  readonly address: string;
  readonly isUp: boolean;
  readonly bufferedBytes: number;
  readonly silentMs: number;
  /** Undefined until a keep-alive came back, and while the link is down. */
  readonly roundTripMs: number | undefined;
}

/** Everything that goes between agents. */
export interface Peers {
  /** Adds `PeerService`; before `start` it answers that this agent is starting. */
  addTo(server: Server): void;
  /** Listens for a gRPC server behind a guard that turns away what is not gRPC. Give it to `listenOnFreePort`. */
  guard(server: Server, connectionsMax: number): GuardedListener;
  /**
   * For a newcomer, with `--peer`: resolves when the cell has made this agent a learner. Retries for ever.
   *
   * @throws JoinRefused when it never will
   */
  join(): Promise<Joined>;
  /** From now on messages flow. The agent's own addresses are kept up to date, and it joins again when removed. */
  start(cellId: string, port: CellPort, deliver: (message: PeerMessage) => void): void;
  /** Best effort, ordered per receiver while a connection lasts, never blocking. */
  send(to: AgentId, message: PeerMessage): void;
  /** What was sent leaves now instead of in the next turn of the loop. */
  flush(): void;
  /** One at a time. @throws Error saying what went wrong */
  fetchSnapshot<Installed>(from: AgentId, openSink: OpenSnapshotSink<Installed>): Promise<Installed>;
  /** How long each other participant has been silent; the time in which this process was paused does not count. */
  heard(): { agentId: AgentId; silentMs: number }[];
  /** Undefined until a keep-alive came back, and while the link is down. */
  roundTripMs(agentId: AgentId): number | undefined;
  status(): PeerStatus[];
  /** Of every agent that the cell knows, removed ones too. */
  records(): ParticipantRecord[];
  nameOf(agentId: AgentId): string;
  readonly policy: LinkPolicy;
  stop(): void;
}
