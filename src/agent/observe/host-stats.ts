import type { AgentId, Ballot, Role, Slot } from '../consensus/types.ts';
import type { HostObserver } from '../host/observer.ts';
import { DurationHistogram } from './duration-histogram.ts';

/** What the agent writes about itself for people; pino's logger is one. */
export interface Logger {
  level: string;
  info(details: object, text: string): void;
  warn(details: object, text: string): void;
  error(details: object, text: string): void;
}

const nothing = (): void => {};

/**
 * Counts what the host tells. Plain fields on the hot path; metrics and history copy them when somebody asks. Messages
 * are not counted here: the peer layer tells them with their size.
 */
export class HostStats implements HostObserver {
  readonly commit = new DurationHistogram();
  readonly fsync = new DurationHistogram();
  readonly apply = new DurationHistogram();
  readonly flush = new DurationHistogram();
  readonly write = new DurationHistogram();
  readonly read = new DurationHistogram();
  committedEntries = 0;
  appliedEntries = 0;
  appliedRequests = 0;
  appliedThrough: Slot = 0;
  writesOk = 0;
  writesFailed = 0;
  readsOk = 0;
  readsFailed = 0;
  leaderChanges = 0;
  roleChanges = 0;
  snapshotsInstalled = 0;
  role: Role = 'learner';
  ballot: Ballot = { round: 0, agentId: '' };
  leader: AgentId | undefined = undefined;
  readonly messageSent = nothing;
  readonly messageReceived = nothing;
  readonly #logger: Logger;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  committed(durationMs: number, entries: number): void {
    this.commit.record(durationMs);
    this.committedEntries += entries;
  }

  fsynced(durationMs: number): void {
    this.fsync.record(durationMs);
  }

  applied(through: Slot, entries: number, requests: number, durationMs: number): void {
    this.apply.record(durationMs);
    this.appliedThrough = through;
    this.appliedEntries += entries;
    this.appliedRequests += requests;
  }

  flushed(durationMs: number): void {
    this.flush.record(durationMs);
  }

  writeAnswered(durationMs: number, ok: boolean): void {
    this.write.record(durationMs);
    if (ok) this.writesOk += 1;
    else this.writesFailed += 1;
  }

  readAnswered(durationMs: number, ok: boolean): void {
    this.read.record(durationMs);
    if (ok) this.readsOk += 1;
    else this.readsFailed += 1;
  }

  roleChanged(role: Role, ballot: Ballot, leader: AgentId | undefined, reason: string): void {
    if (role !== this.role) this.roleChanges += 1;
    if (leader !== undefined && leader !== this.leader) this.leaderChanges += 1;
    this.role = role;
    this.ballot = ballot;
    this.leader = leader;
    this.#logger.info({ role, round: ballot.round, ballotOf: ballot.agentId, leader, reason }, 'role');
  }

  leaderReady(ballot: Ballot, slot: Slot): void {
    this.#logger.info({ round: ballot.round, slot }, 'leading');
  }

  snapshotInstalled(from: AgentId, slot: Slot): void {
    this.snapshotsInstalled += 1;
    this.#logger.info({ from, slot }, 'snapshot installed');
  }

  note(level: 'info' | 'warn', text: string, details: Readonly<Record<string, unknown>> = {}): void {
    this.#logger[level](details, text);
  }
}
