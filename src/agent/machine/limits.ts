/**
 * What a single request may ask for. Every agent must judge alike, so these are part of the replicated format: they can
 * only be changed together with a version of the command that they judge.
 */
export const LIMITS = {
  keyBytesMax: 1_024,
  valueBytesMax: 1024 * 1024,
  requestBytesMax: 1.5 * 1024 * 1024,
  /** Of each list of a transaction. */
  operationsMax: 128,
  /** Items that one read of a transaction, or the deleted items of a range, returns at most. */
  readItemsMax: 1_000,
  /** Bytes of keys and values that one stored reply carries; further items are left out, and it says so. */
  replyBytesMax: 1.5 * 1024 * 1024,
  /** Replies that a session may leave unacknowledged. */
  repliesPerSessionMax: 16_384,
  /** Bytes of unacknowledged replies at which a session is given no more; the last one may reach beyond. */
  replyBytesPerSessionMax: 64 * 1024 * 1024,
  idBytesMax: 128,
  ttlMsMin: 100,
  ttlMsMax: 366 * 24 * 3_600_000,
  nameBytesMax: 64,
  textBytesMax: 256,
  labelsMax: 32,
  labelNameBytesMax: 64,
  /** Revisions of the system keyspace that are kept for history, watches and the memory of ended sessions. */
  systemRevisionsKept: 10_000,
  /** The system keyspace is compacted each time this many more have come together. */
  systemCompactionStep: 1_000,
  /** Records of locks, and of elections, that nobody holds or wants any more; older ones are forgotten. */
  retiredRecordsKept: 1_024,
  /** They are forgotten each time this many more have come together. */
  retiredRecordsStep: 256,
  /** Voters of a proposal: each vote writes the list of them. */
  electorateMax: 1_024,
  /** What one entry of a queue may depend on: each leaves a trace of its own. */
  dependenciesMax: 1_000,
  /** So that payload and progress of a claimed entry fit into one answer. */
  progressBytesMax: 512 * 1024,
} as const;
