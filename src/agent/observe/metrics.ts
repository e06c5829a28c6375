import { type Metric, Registry } from 'prom-client';
import type { DurationHistogram } from './duration-histogram.ts';
import type { HostStats } from './host-stats.ts';
import type { InFlight } from './in-flight.ts';
import type { PeerMessageLog } from './peer-message-log.ts';
import type { RpcLog } from './rpc-log.ts';
import type { RuntimeProbe } from './runtime-probe.ts';
import { STATUS_NAMES, type UserCallLog } from './user-call-log.ts';

export interface MetricsSources {
  readonly host: HostStats;
  readonly calls: UserCallLog;
  readonly peers: PeerMessageLog;
  readonly inFlight: InFlight;
  readonly rpcLog: RpcLog;
  readonly probe: RuntimeProbe;
  readonly backlogs: Readonly<Record<string, () => number>>;
}

interface Sample {
  readonly value: number;
  readonly labels?: Readonly<Record<string, string>>;
  readonly metricName?: string;
}

type MetricType = 'counter' | 'gauge' | 'histogram';

/** Bucket bounds as powers of two of a microsecond: 64 us to 33 s. */
const FIRST_EXPONENT = 6;
const LAST_EXPONENT = 25;

/**
 * A registry of its own, so that several agents in one process do not mix. Nothing is counted in it: at every scrape
 * plain numbers are copied, because counting through labels costs more than the work it counts.
 */
export function createMetrics(sources: MetricsSources): Registry {
  const registry = new Registry();
  const add = (name: string, help: string, type: MetricType, samples: () => Iterable<Sample>): void => {
    const metric = { name, help, type, get: async () => ({ name, help, type, values: [...samples()] }) };
    // The registry asks nothing else of a metric; prom-client's own classes would keep a second copy of every number.
    registry.registerMetric(metric as unknown as Metric);
  };
  const one = (name: string, help: string, type: MetricType, value: () => number): void =>
    add(name, help, type, () => [{ value: value() }]);
  const durations = (name: string, help: string, parts: () => Iterable<[Record<string, string>, DurationHistogram]>) =>
    add(name, help, 'histogram', () => [...parts()].flatMap(([labels, source]) => buckets(name, labels, source)));

  addHost(sources.host, add, one, durations);
  addCalls(sources, add, one, durations);
  addPeers(sources, add);
  addProcess(sources.probe, one);
  return registry;
}

type Add = (name: string, help: string, type: MetricType, samples: () => Iterable<Sample>) => void;
type One = (name: string, help: string, type: MetricType, value: () => number) => void;
type Durations = (
  name: string,
  help: string,
  parts: () => Iterable<[Record<string, string>, DurationHistogram]>,
) => void;

function addHost(host: HostStats, add: Add, one: One, durations: Durations): void {
  add('synod_role', '1 for the role that this agent has', 'gauge', () =>
    ['learner', 'follower', 'campaigning', 'leader'].map((role) => ({
      value: host.role === role ? 1 : 0,
      labels: { role },
    })),
  );
  one('synod_ballot_round', 'Round of the highest ballot known', 'gauge', () => host.ballot.round);
  one('synod_applied_slot', 'Everything up to this slot has been executed', 'gauge', () => host.appliedThrough);
  one('synod_leader_changes_total', 'Other leaders that this agent came to know', 'counter', () => host.leaderChanges);
  one('synod_role_changes_total', 'Changes of the role of this agent', 'counter', () => host.roleChanges);
  one('synod_snapshots_installed_total', 'Snapshots fetched from others', 'counter', () => host.snapshotsInstalled);
  one('synod_committed_entries_total', 'Journal entries written', 'counter', () => host.committedEntries);
  one('synod_applied_entries_total', 'Journal entries executed', 'counter', () => host.appliedEntries);
  one('synod_applied_requests_total', 'Commands executed', 'counter', () => host.appliedRequests);
  add('synod_writes_total', 'Writes of clients of this agent that were answered', 'counter', () => [
    { value: host.writesOk, labels: { result: 'ok' } },
    { value: host.writesFailed, labels: { result: 'failed' } },
  ]);
  add('synod_reads_total', 'Reads of clients of this agent that were answered', 'counter', () => [
    { value: host.readsOk, labels: { result: 'ok' } },
    { value: host.readsFailed, labels: { result: 'failed' } },
  ]);
  const histogram = (name: string, help: string, source: DurationHistogram): void =>
    durations(name, help, () => [[{}, source]]);
  histogram('synod_write_duration_seconds', 'From the submission of a write until its answer', host.write);
  histogram('synod_read_duration_seconds', 'From the submission of a read until it may be answered', host.read);
  histogram('synod_commit_duration_seconds', 'Commits of the journal; they block the loop', host.commit);
  histogram('synod_fsync_duration_seconds', 'Making commits durable; off the loop', host.fsync);
  histogram('synod_apply_duration_seconds', 'Executing a batch of chosen entries', host.apply);
  histogram('synod_flush_duration_seconds', 'Writing the applied state to its file', host.flush);
}

function addCalls(
  { calls, inFlight, rpcLog, backlogs }: MetricsSources,
  add: Add,
  one: One,
  durations: Durations,
): void {
  add('synod_calls_total', 'Calls of clients that ended', 'counter', function* () {
    for (const { name, endedByStatus } of calls.methods) {
      for (const [code, value] of endedByStatus.entries()) {
        if (value > 0 || code === 0) yield { value, labels: { method: name, status: STATUS_NAMES[code]! } };
      }
    }
  });
  durations('synod_call_duration_seconds', 'Calls of clients, from request to answer', function* () {
    for (const { name, duration } of calls.methods) {
      if (duration.count > 0) yield [{ method: name }, duration];
    }
  });
  add('synod_call_bytes_total', 'Payload of calls of clients', 'counter', function* () {
    for (const { name, requestBytes, replyBytes } of calls.methods) {
      yield { value: requestBytes, labels: { method: name, direction: 'received' } };
      yield { value: replyBytes, labels: { method: name, direction: 'sent' } };
    }
  });
  one('synod_calls_in_flight', 'Calls of clients that run now', 'gauge', () => inFlight.count);
  one('synod_rpc_log_bytes', 'Payload kept by the log of messages', 'gauge', () => rpcLog.bytes);
  add('synod_backlog', 'Sizes of queues and buffers', 'gauge', () =>
    Object.entries(backlogs).map(([queue, size]) => ({ value: size(), labels: { queue } })),
  );
}

function addPeers({ peers }: MetricsSources, add: Add): void {
  const both = (pick: 'messages' | 'bytes') =>
    function* (): Iterable<Sample> {
      for (const count of peers.sentByKind)
        yield { value: count[pick], labels: { direction: 'sent', kind: count.kind } };
      for (const count of peers.receivedByKind) {
        yield { value: count[pick], labels: { direction: 'received', kind: count.kind } };
      }
    };
  add('synod_peer_messages_total', 'Messages between agents', 'counter', both('messages'));
  add('synod_peer_dropped_total', 'Messages between agents that went nowhere', 'counter', function* () {
    for (const { direction, reason, messages } of peers.drops) yield { value: messages, labels: { direction, reason } };
  });
  add('synod_peer_bytes_total', 'Bytes of messages between agents', 'counter', both('bytes'));
}

/** The names that Prometheus client libraries agree on. */
function addProcess(probe: RuntimeProbe, one: One): void {
  const startedSeconds = Math.floor(Date.now() / 1000 - process.uptime());
  one('process_cpu_seconds_total', 'User and system CPU time', 'counter', () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  });
  one('process_start_time_seconds', 'When the process started, since the epoch', 'gauge', () => startedSeconds);
  one('process_resident_memory_bytes', 'Resident memory', 'gauge', () => process.memoryUsage.rss());
  one('nodejs_heap_size_used_bytes', 'Heap in use', 'gauge', () => process.memoryUsage().heapUsed);
  one('nodejs_heap_size_total_bytes', 'Heap reserved', 'gauge', () => process.memoryUsage().heapTotal);
  one(
    'nodejs_external_memory_bytes',
    'Memory of objects outside the heap',
    'gauge',
    () => process.memoryUsage().external,
  );
  one('nodejs_gc_runs_total', 'Garbage collections', 'counter', () => probe.gcCountTotal);
  one('nodejs_gc_seconds_total', 'Time in garbage collection', 'counter', () => probe.gcMsTotal / 1000);
  one(
    'nodejs_eventloop_lag_p99_seconds',
    'How late timers ran lately',
    'gauge',
    () => probe.last.loopDelayP99Ms / 1000,
  );
  one('nodejs_eventloop_lag_max_seconds', 'The latest timer lately', 'gauge', () => probe.last.loopDelayMaxMs / 1000);
}

function buckets(name: string, labels: Record<string, string>, source: DurationHistogram): Sample[] {
  const samples: Sample[] = [];
  for (let exponent = FIRST_EXPONENT; exponent <= LAST_EXPONENT; exponent++) {
    const le = String(2 ** exponent / 1e6);
    const value = source.countBelowPowerOfTwo(exponent);
    samples.push({ metricName: `${name}_bucket`, labels: { ...labels, le }, value });
  }
  samples.push({ metricName: `${name}_bucket`, labels: { ...labels, le: '+Inf' }, value: source.count });
  samples.push({ metricName: `${name}_sum`, labels, value: source.sumMs / 1000 });
  samples.push({ metricName: `${name}_count`, labels, value: source.count });
  return samples;
}
