const LOCK = { text: '/jobs/_lockable' };
const ELECTION = { text: '/services/billing' };
const BARRIER = { text: '/stages/load' };
const WORK = { text: '/imports/monday' };
const QUEUE = { text: '/mails' };
/** Without a sequence each call is a write of its own. */
const options = { sessionId: '' };

/** Requests of `CoordinationService`, as they are once the session of a participant has been filled in. */
export const COORDINATION_EXAMPLES = {
  AcquireLock: { path: LOCK, stayQueued: true, owner: 'an operator', options },
  RenewLock: { path: LOCK, ticket: 1, options },
  ReleaseLock: { path: LOCK, options },
  CancelLock: { path: LOCK, ticket: 1, options },
  ForceReleaseLock: { path: LOCK, by: 'an operator', why: '' },
  ListLocks: { withFree: true },
  Increment: { key: { text: '/visits' }, by: 1 },
  SetLimit: { name: 'locks', limit: 256, by: 'an operator' },
  ListLimits: { options: { quorum: 'READ_QUORUM_MAJORITY' } },
  Campaign: { path: ELECTION, value: '10.0.0.7:80', owner: 'an operator', options },
  Proclaim: { path: ELECTION, value: '10.0.0.7:81', options },
  Resign: { path: ELECTION, options },
  ListElections: { withVacant: true },
  CreateBarrier: { path: BARRIER, count: 2, isOpen: true, breaksOnDeath: true },
  AwaitBarrier: { path: BARRIER, waitMs: 5_000, options },
  LeaveBarrier: { path: BARRIER, options },
  ChangeBarrierMembers: { path: BARRIER, add: [''] },
  BreakBarrier: { path: BARRIER, by: 'an operator', why: '' },
  ResetBarrier: { path: BARRIER },
  DeleteBarrier: { path: BARRIER },
  ListBarriers: { prefix: { text: '/' } },
  Propose: { key: { text: '/config/region' }, value: { text: 'west' }, electorate: ['ann', 'bob'], timeoutMs: 60_000 },
  Vote: { proposal: 1, voter: 'ann', isFor: true },
  WithdrawProposal: { proposal: 1, by: 'an operator', why: '' },
  ListProposals: { withDecided: true, limit: 100 },
  ClaimOnce: { path: WORK, asksOnDeath: true, owner: 'an operator', options },
  RecordOnce: { path: WORK, token: 1, result: { text: '42 rows' }, options },
  AbandonOnce: { path: WORK, token: 1, why: '', options },
  ResolveOnce: { path: WORK, isDone: true, result: { text: '42 rows' }, by: 'an operator', why: '' },
  ForgetOnce: { path: WORK },
  ReadOnce: { path: WORK },
  ListOnce: { state: 'unknown', limit: 100 },
  Enqueue: { path: QUEUE, entries: [{ payload: { text: 'welcome' } }], owner: 'an operator' },
  ClaimEntry: { path: QUEUE, worker: 'an operator', options },
  CheckpointEntry: { path: QUEUE, seq: 1, token: 1, progress: { text: 'half' }, options },
  CompleteEntry: { path: QUEUE, seq: 1, token: 1, result: { text: 'sent' }, options },
  FailEntry: { path: QUEUE, seq: 1, token: 1, why: 'bounced', options },
  RequeueEntry: { path: QUEUE, seq: 1 },
  RemoveEntry: { path: QUEUE, seq: 1 },
  DeleteQueue: { path: QUEUE },
  ReadEntry: { path: QUEUE, seq: 1 },
  ListQueues: { prefix: { text: '/' } },
  ListEntries: { path: QUEUE, states: ['ready', 'dead'], limit: 100 },
} as const;

/** Those that change nothing. */
export const COORDINATION_READS: readonly (keyof typeof COORDINATION_EXAMPLES)[] = [
  ...(['ListLocks', 'ListLimits', 'ListElections', 'ListBarriers', 'ListProposals'] as const),
  ...(['ReadOnce', 'ListOnce', 'ReadEntry', 'ListQueues', 'ListEntries'] as const),
];
