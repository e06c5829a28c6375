import { HostStats, type Logger } from './host-stats.ts';
import { InFlight } from './in-flight.ts';
import { Introspection } from './introspection.ts';
import { createMetrics } from './metrics.ts';
import { PeerMessageLog } from './peer-message-log.ts';
import { RpcLog } from './rpc-log.ts';
import { RuntimeHistory } from './runtime-history.ts';
import { RuntimeProbe } from './runtime-probe.ts';
import { UserCallLog } from './user-call-log.ts';

export type { Logger } from './host-stats.ts';
export type { CallView } from './in-flight.ts';
export type { BlockedLoop, CallStack, StackFrame } from './introspection-protocol.ts';
export type { MessageFilter } from './message-filter.ts';
export type { MessageBatch, MessageDetail, MessageRecord, MessageSubscription, RpcLog } from './rpc-log.ts';
export type { RuntimeHistory, RuntimeSeries } from './runtime-history.ts';

export interface ObservabilityOptions {
  readonly logger: Logger;
  /** Random, made at every boot: part of the ids that this agent gives to calls. */
  readonly bootNonce: string;
  readonly rpcLogCountMax?: number;
  readonly rpcLogBytesMax?: number;
  readonly recentCallsMax?: number;
  /** Sizes of queues and buffers by name, asked once a second and at every scrape: they must be cheap. */
  readonly backlogs?: Readonly<Record<string, () => number>>;
  /** Take a stack whenever the loop stands still for so long; costs a thread. Absent: only on demand. */
  readonly blockedAfterMs?: number;
}

const RPC_LOG_COUNT_MAX = 20_000;
const RPC_LOG_BYTES_MAX = 16 * 1024 * 1024;
const RECENT_CALLS_MAX = 500;

/** Everything that looks at one agent. Made once, by the composition root; holds nothing that is shared in the process. */
export function createObservability(options: ObservabilityOptions) {
  const { logger, bootNonce, backlogs = {} } = options;
  const host = new HostStats(logger);
  const rpcLog = new RpcLog({
    id: bootNonce,
    countMax: options.rpcLogCountMax ?? RPC_LOG_COUNT_MAX,
    bytesMax: options.rpcLogBytesMax ?? RPC_LOG_BYTES_MAX,
  });
  const inFlight = new InFlight(options.recentCallsMax ?? RECENT_CALLS_MAX);
  const calls = new UserCallLog(rpcLog, inFlight, bootNonce);
  const peers = new PeerMessageLog(rpcLog);
  const probe = new RuntimeProbe();
  const history = new RuntimeHistory({
    probe,
    fsync: host.fsync,
    commit: host.write,
    totals: {
      writes: () => host.writesOk,
      reads: () => host.readsOk,
      appliedRequests: () => host.appliedRequests,
    },
    backlogs: { callsInFlight: () => inFlight.count, ...backlogs },
  });
  const introspection = new Introspection(logger);
  return {
    /** `HostObserver` of the group's host. */
    host,
    /** Told by the peer layer about every message. */
    peers,
    /** `CallObserver` of the API. */
    calls,
    rpcLog,
    inFlight,
    history,
    introspection,
    metrics: createMetrics({ host, calls, peers, inFlight, rpcLog, probe, backlogs }),
    start(): void {
      history.start();
      if (options.blockedAfterMs !== undefined) introspection.watchForBlocks(options.blockedAfterMs);
    },
    async stop(): Promise<void> {
      history.stop();
      rpcLog.stop();
      await introspection.stop();
    },
  };
}

export type Observability = ReturnType<typeof createObservability>;
