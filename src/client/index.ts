export type {
  AwaitOptions,
  Barrier,
  BarrierBreak,
  BarrierMember,
  BarrierRelease,
  BarrierState,
  CreateBarrierOptions,
  Generation,
  ListBarriersOptions,
} from './barrier.ts';
export type { Batch } from './batch.ts';
export type { ClaimedEntry, FailOptions } from './claimed-entry.ts';
export { type ClientOptions, connect, DEFAULT_ENDPOINT, SynodClient } from './client.ts';
export type { Counter, Limit, SetLimitOptions } from './counter.ts';
export type {
  CampaignOptions,
  CandidateState,
  Election,
  ElectionOptions,
  ElectionState,
  ListElectionsOptions,
  TenureEnd,
} from './election.ts';
export { parseEndpoint } from './endpoints.ts';
export { type Effect, type ErrorReason, SynodError } from './errors.ts';
export type { JoinLeaseOptions, Lease, LeaseOptions } from './lease.ts';
export type { AcquireOptions, Lock, LockOptions, TryOutcome } from './lock.ts';
export type { Released, ReleaseOptions } from './lock-calls.ts';
export type { HeldLock, HeldWork } from './lock-held.ts';
export type {
  ForceReleaseOptions,
  ListLocksOptions,
  LockEnd,
  LockHold,
  LockState,
  Locks,
  LockWaiter,
  WaitFor,
} from './locks.ts';
export type { ChangeMembersOptions, MembersOptions, StatusOptions } from './membership.ts';
export type { OnceOptions, OnceResult, OnceWork } from './once.ts';
export type {
  ListOnceOptions,
  OnceEnd,
  OnceState,
  OnceWorkPage,
  OnceWorks,
  ResolveOnceOptions,
} from './once-works.ts';
export type {
  CastVote,
  ListProposalsOptions,
  Proposal,
  ProposalDecision,
  ProposalResult,
  ProposalState,
  Proposals,
  ProposeOptions,
  VoteOptions,
  WithdrawOptions,
} from './proposal.ts';
export type { ClaimOptions, EnqueueOptions, NewEntry, Queue, QueueOptions } from './queue.ts';
export type {
  EntryContent,
  EntryCounts,
  EntryEnd,
  EntryPage,
  EntryState,
  EntryStateName,
  ListEntriesOptions,
  ListQueuesOptions,
  QueueState,
} from './queue-states.ts';
export type { WorkOptions } from './queue-work.ts';
export type { SharedPlaces } from './sequence.ts';
export type { Session, SessionOptions } from './session.ts';
export type { SnapshotDescription } from './snapshot.ts';
export type { Tenure } from './tenure.ts';
export type * from './types.ts';
export type { Watch } from './watch.ts';
export type { Work } from './work.ts';
