import type { OperatorPorts } from './api/index.ts';
import type { ConsensusConfig } from './consensus/io.ts';
import type { CellPort } from './host/cell-port.ts';
import type { HostConfig } from './host/host-config.ts';
import type { Observability } from './observe/index.ts';
import type { LinkPolicy, Peers } from './peer/index.ts';
import type { StorageConfig } from './storage/index.ts';

export interface AgentOptions {
  readonly stateDir: string;
  /** `host:port`; `:port` means loopback. Default 127.0.0.1:50101 or the next free port. */
  readonly grpcAddr?: string;
  /** Default 127.0.0.1:8081 or the next free port. */
  readonly httpAddr?: string;
  /** What others dial instead of the address listened on: behind a port forwarder, say. */
  readonly advertiseGrpcAddr?: string;
  /** Agents to join through. Without any, an empty state directory founds a cell. */
  readonly peers?: readonly string[];
  readonly labels?: Readonly<Record<string, string>>;
  readonly evictAfterMs?: number;
  readonly autopilot?: 'safe' | 'eager' | 'off';
  readonly votersMax?: number;
  /** A caught-up voter with a higher one is handed the leadership. */
  readonly priority?: number;
  /** Allow addresses that other machines can reach, although nothing is encrypted or authenticated yet. */
  readonly insecure?: boolean;
  /** Where the built page lies; without it, the dashboard says that it has not been built. */
  readonly pageDir?: string;
  /** Operators may look, and change nothing, until the next start. */
  readonly readOnly?: boolean;
  /** Where the supervisor of a demo cell listens that this agent is part of. */
  readonly demoControl?: string;
  /** Settings that are not worth a flag; see `src/agent/config.ts`. */
  readonly host?: Partial<Omit<HostConfig, 'consensus' | 'version'>>;
  readonly consensus?: Partial<ConsensusConfig>;
  readonly storage?: Partial<StorageConfig>;
  readonly linkPolicy?: LinkPolicy;
  /** Default: pino, to stderr. */
  readonly logger?: AgentLogger;
  /**
   * This agent must stop at once: the text is one line for a person. Default: the text on stderr, exit code 1.
   * Nothing may be done with the agent afterwards.
   */
  readonly onFatal?: (text: string) => void;
}

/** What pino offers, as far as it is used. */
export interface AgentLogger {
  level: string;
  info(details: object, text: string): void;
  warn(details: object, text: string): void;
  error(details: object, text: string): void;
}

export interface Agent {
  readonly agentId: string;
  readonly cellId: string;
  /** Short name; empty until the cell has given one. */
  readonly name: string;
  readonly version: string;
  readonly stateDir: string;
  readonly grpcAddress: string;
  readonly httpAddress: string;
  readonly cell: CellPort;
  readonly peers: Peers;
  readonly observability: Observability;
  /** What the operator API reaches of it. */
  readonly operator: OperatorPorts;
  /** Resolves when the agent has ended in good order: by `close`, or because a client asked it to shut down. */
  readonly closed: Promise<string>;
  /** Hands over leadership first, if asked to; then stops serving and makes everything durable. */
  close(options?: { handOver?: boolean }): Promise<void>;
}
