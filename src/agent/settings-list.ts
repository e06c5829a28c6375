import type { Setting } from '../contract/index.ts';
import type { DEFAULTS } from './config.ts';
import type { LIMITS } from './machine/limits.ts';

export type Unit = 'ms' | 'bytes' | 'count' | 'pages' | 'word';

/** A setting that is a number or word of the configuration; `key` is its name in `src/agent/config.ts`. */
export interface ConfiguredSetting {
  readonly group: Setting['group'];
  readonly key: Exclude<keyof typeof DEFAULTS, 'retryElections'> | 'retryMs';
  readonly name: string;
  readonly unit: Unit;
  readonly help: string;
  readonly flag?: string;
}

export const CONFIGURED: readonly ConfiguredSetting[] = [
  timeout('heartbeatMs', 'Heartbeat', 'How often a leader says that it leads.', '--heartbeat'),
  timeout(
    'electionMinMs',
    'Election timeout, at least',
    'So long a voter hears no leader before it campaigns.',
    '--election-timeout',
  ),
  timeout(
    'electionMaxMs',
    'Election timeout, at most',
    'Each campaign draws its timeout anew, up to this.',
    '--election-timeout',
  ),
  timeout('preVoteMs', 'Pre-vote', 'How long a voter waits for others to say whether they would vote for it.'),
  timeout('writeWaitMs', 'Write wait', 'How long a write waits for a leader or for room before it is refused.'),
  timeout('allWaitMs', 'Quorum ALL', 'How long quorum ALL waits for voters that lag.'),
  timeout('internalSessionTtlMs', 'Own session', "The agent's own session ends so long after its last renewal."),
  timeout('retryMs', 'Forwarding again', 'A call passed on to the leader is repeated when no answer came for so long.'),
  timeout('changeWaitMs', 'Change of participants', 'After so long the outcome of a change counts as unknown.'),
  timeout('silentAfterMs', 'Silent after', 'An agent that was not heard for so long counts as silent.'),
  timeout('livenessReportMs', 'Liveness reports', 'How often each agent tells the leader whom it hears.'),
  timeout('linkKeepAliveMs', 'Link keep-alive', 'How often both ends of a link make themselves heard.'),
  timeout('linkSilenceMs', 'Link silence', 'A link that is silent for so long is closed and opened anew.'),
  timeout('reconnectMinMs', 'Reconnect, at least', 'Pause before a lost link is tried again for the first time.'),
  timeout('reconnectMaxMs', 'Reconnect, at most', 'Longest pause between attempts to open a link.'),
  timeout('joinRetryMinMs', 'Join again, at least', 'Pause before a newcomer asks again for the first time.'),
  timeout('joinRetryMaxMs', 'Join again, at most', 'Longest pause between attempts to join.'),
  timeout('joinStepMs', 'Join step', 'How long an agent that takes in a newcomer waits for each step.'),
  timeout('rejoinAfterMs', 'Rejoin after', 'After so long outside of the configuration an agent asks to join again.'),
  timeout('snapshotSilenceMs', 'Snapshot silence', 'A snapshot that stops coming for so long is given up.'),
  timeout(
    'snapshotPrepareMs',
    'Snapshot preparation',
    'How long a large state may take to be copied before it is sent.',
  ),
  timeout('applyTurnMs', 'Applying, per turn', 'So long entries are executed before heartbeats get their turn.'),
  {
    group: 'membership',
    key: 'autopilotMode',
    name: 'Autopilot',
    unit: 'word',
    help: 'Who decides who votes: safe never goes below three voters, eager removes whoever is silent, off leaves it to you.',
    flag: '--autopilot',
  },
  {
    group: 'membership',
    key: 'votersMax',
    name: 'Voters, at most',
    unit: 'count',
    help: 'Other agents stand by as learners.',
    flag: '--max-voters',
  },
  {
    group: 'membership',
    key: 'evictAfterMs',
    name: 'Evict after',
    unit: 'ms',
    help: 'How long a voter may be silent before the autopilot replaces it.',
    flag: '--evict-after',
  },
  {
    group: 'membership',
    key: 'priority',
    name: 'Leader priority',
    unit: 'count',
    help: 'A caught-up voter with a higher one is handed the leadership.',
    flag: '--priority',
  },
  {
    group: 'membership',
    key: 'autopilotMs',
    name: 'Autopilot interval',
    unit: 'ms',
    help: 'How often the leader considers who should vote.',
  },
  storage(
    'journalKeptSlots',
    'Journal kept',
    'count',
    'So many slots of the journal stay, so that others can catch up.',
  ),
  storage('journalKeptBytes', 'Journal kept, at most', 'bytes', 'A journal larger than this is dropped earlier.'),
  storage('journalMemoryBytes', 'Journal in memory', 'bytes', "How much of the journal's end stays in memory."),
  storage(
    'stateFlushSlots',
    'State written every',
    'count',
    'After so many slots what was applied is written to the state.',
  ),
  storage('stateFlushMs', 'State written within', 'ms', 'At the latest so long after it was applied.'),
  storage(
    'stateDurableSlots',
    'State fsynced every',
    'count',
    'So often at least, so that the journal can be dropped behind it.',
  ),
  storage('logWalFramesMax', 'WAL of log.db', 'pages', 'After so many pages it is copied into the database.'),
  storage('stateWalFramesMax', 'WAL of the state', 'pages', 'After so many pages it is copied into the database.'),
  storage('snapshotChunkBytes', 'Snapshot chunk', 'bytes', 'A snapshot travels in pieces of this size.'),
  limit('acceptMaxBytes', 'Accept, at most', 'bytes', 'Entries of one Accept message.'),
  limit('inFlightBatchesMax', 'Batches in flight', 'count', 'Accept messages on their way to one agent at once.'),
  limit('bundleMaxBytes', 'Bundle, at most', 'bytes', 'Requests that share one entry of the journal.'),
  limit('bundleMaxRequests', 'Requests per bundle', 'count', 'Requests that share one entry of the journal.'),
  limit('pipelineEntries', 'Entries in flight', 'count', 'Entries of a leader that are on their way at once.'),
  limit(
    'forwardsInFlightMax',
    'Forwards in flight',
    'count',
    'Messages with forwarded requests that are on their way at once.',
  ),
  limit('queuedRequestsMax', 'Requests waiting', 'count', 'Beyond it requests are refused at once.'),
  limit('queuedBytesMax', 'Bytes waiting', 'bytes', 'Beyond it writes are refused at once.'),
  limit(
    'linkBufferMaxBytes',
    'Link buffer',
    'bytes',
    'A link on which more than this waits is closed and opened anew.',
  ),
  limit('frameMaxBytes', 'Message between agents', 'bytes', 'A larger one is refused.'),
  limit(
    'rememberedAnswersMax',
    'Remembered answers',
    'count',
    'Under an Idempotency-Key, by this agent only: beyond it the oldest are forgotten early.',
  ),
  limit('rememberedAnswerBytesMax', 'Bytes of remembered answers', 'bytes', 'The same for all of them together.'),
];

/** Part of the replicated format: the same on every agent. */
export const FORMAT_LIMITS: readonly {
  readonly key: keyof typeof LIMITS;
  readonly name: string;
  readonly unit: Unit;
  readonly help: string;
}[] = [
  { key: 'keyBytesMax', name: 'Key', unit: 'bytes', help: 'Length of a key.' },
  { key: 'valueBytesMax', name: 'Value', unit: 'bytes', help: 'Size of a value.' },
  { key: 'requestBytesMax', name: 'Request', unit: 'bytes', help: 'Size of one request.' },
  { key: 'operationsMax', name: 'Operations', unit: 'count', help: 'In each list of a transaction.' },
  { key: 'ttlMsMin', name: 'Time to live, at least', unit: 'ms', help: 'Of a session or a lease.' },
  { key: 'ttlMsMax', name: 'Time to live, at most', unit: 'ms', help: 'Of a session or a lease.' },
];

function timeout(key: ConfiguredSetting['key'], name: string, help: string, flag?: string): ConfiguredSetting {
  return { group: 'timeouts', key, name, unit: 'ms', help, flag };
}

function storage(key: ConfiguredSetting['key'], name: string, unit: Unit, help: string): ConfiguredSetting {
  return { group: 'storage', key, name, unit, help };
}

function limit(key: ConfiguredSetting['key'], name: string, unit: Unit, help: string): ConfiguredSetting {
  return { group: 'limits', key, name, unit, help };
}
