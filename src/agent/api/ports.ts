import type { CellPort } from '../host/cell-port.ts';

/** What the API needs from the rest of the agent, and nothing more. */
export interface ApiPorts {
  readonly cell: CellPort;
  readonly agent: AgentFacts;
  readonly snapshots: SnapshotPort;
  readonly links: LinkFacts;
  /** Ends the agent in good order. Called after the answer is on its way. */
  readonly shutdown: (reason: string) => void;
  readonly observer: CallObserver;
  /** A failure that is a bug of this program, for its log. */
  readonly onBug: (error: Error, where: string) => void;
}

/** What an agent says about itself. Read at every call, because addresses and sizes move. */
export interface AgentFacts {
  readonly name: string;
  readonly version: string;
  readonly grpcAddress: string;
  readonly httpAddress: string;
  readonly stateDir: string;
  readonly stateSizeBytes: number;
  readonly journalSizeBytes: number;
  readonly uptimeMs: number;
}

export interface LinkFacts {
  /** To another participant; undefined when it is not known. */
  roundTripMs(agentId: string): number | undefined;
}

export interface SnapshotPort {
  /** Makes a consistent copy of the applied state. */
  open(): Promise<SnapshotFile>;
}

export interface SnapshotFile {
  readonly cellId: string;
  readonly slot: number;
  readonly sizeBytes: number;
  /** SHA-256 of the whole. */
  readonly checksum: Uint8Array;
  /** Read once, from beginning to end, as fast as the receiver takes it. */
  readonly chunks: AsyncIterable<Uint8Array>;
  /** Called once, however it ended. */
  close(): Promise<void>;
}

/** Records calls of clients; on the hot path, so it must be cheap. `src/agent/observe` has one. */
export interface CallObserver {
  method(name: string, decodeRequest: PayloadDecoder, decodeReply: PayloadDecoder): MethodObserver;
}

export type PayloadDecoder = (payload: Uint8Array) => unknown;

export interface MethodObserver {
  /** `request` is absent for streams, whose messages are told one by one. An empty `messageId` is replaced. */
  began(peer: string, messageId: string, request: Uint8Array | undefined, canceller: Canceller): ObservedCall;
}

export interface Canceller {
  cancel(): void;
}

export interface ObservedCall {
  quorum: string;
  /** One message of a stream. */
  message(direction: 'received' | 'sent', bytes: Uint8Array, slot: number): void;
  /** With the gRPC status code. */
  ended(code: number, slot: number, reply: Uint8Array | undefined): void;
}
