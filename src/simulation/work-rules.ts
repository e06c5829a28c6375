import type { OnceRecord } from '../agent/machine/once-types.ts';
import type { ProposalRecord } from '../agent/machine/proposal-types.ts';
import type { EntryRecord } from '../agent/machine/queue-types.ts';
import type { Key } from '../agent/machine/store.ts';
import { require } from './violation.ts';
import type { WorkShadow } from './work-shadow.ts';

/** `written`: the proposed key that the same command wrote. */
export function checkProposal(
  shadow: WorkShadow,
  before: ProposalRecord | undefined,
  after: ProposalRecord,
  written: Key | undefined,
): void {
  const { proposal, votes, electorate, state } = after;
  const votersFor = new Set(votes.filter(({ isFor }) => isFor).map(({ voter }) => voter));
  const votersAgainst = new Set(votes.filter(({ isFor }) => !isFor).map(({ voter }) => voter));
  const voters = new Set([...votersFor, ...votersAgainst]);
  require(voters.size === votes.length &&
    [...voters].every((voter) => electorate.includes(voter)), 'each voter votes once', () =>
    `proposal ${proposal} has the votes ${votes.map(({ voter }) => voter).join(', ')} of ${electorate.join(', ')}`);
  require(before === undefined || before.state === 'pending', 'a proposal is written with its deciding vote', () =>
    `proposal ${proposal} was ${before?.state} and is ${state}`);
  const needed = Math.ceil((after.quorumPerTenThousand * electorate.length) / 10_000);
  if (state === 'pending') {
    require(votersFor.size < needed &&
      electorate.length - votersAgainst.size >= needed, 'a proposal is written with its deciding vote', () =>
      `proposal ${proposal} is pending with ${votersFor.size} for it and ${votersAgainst.size} against`);
    return;
  }
  shadow.count(`proposal ${state}: ${after.decided?.cause}`);
  if (state === 'accepted') {
    require(written === after.key && votersFor.size >= needed, 'a proposal is written with its deciding vote', () =>
      `proposal ${proposal} for ${after.key} was accepted with ${votersFor.size} of ${needed}, and ${written ?? 'nothing'} was written`);
  }
}

export function checkOnce(
  shadow: WorkShadow,
  id: string,
  before: OnceRecord | undefined,
  after: OnceRecord | undefined,
): void {
  if (after === undefined) {
    require(before?.state !== 'claimed', 'work is claimed by one', () => `${id} was forgotten while it was claimed`);
    return;
  }
  const highest = shadow.tokens.get(id) ?? 0;
  if (after.state === 'claimed') {
    require(after.token > highest && shadow.isLive(after.sessionId), 'work is claimed by one', () =>
      `${id} is claimed by ${after.sessionId} with token ${after.token} after ${highest}`);
    require(before?.state !== 'claimed', 'work is claimed by one', () =>
      `${id} is claimed by ${after.sessionId} while ${before?.sessionId} does it`);
    require(before?.state !== 'unknown', 'unknown work is resolved by a person', () =>
      `${id} is claimed by ${after.sessionId}, and nobody knows what became of it`);
    require(before?.state !== 'done', 'a result is kept', () => `${id} was done and is claimed again`);
    shadow.count(before === undefined ? 'once claimed' : 'once claimed again');
  }
  shadow.tokens.set(id, Math.max(highest, after.token));
  const isLost = before?.state === 'claimed' && !shadow.isLive(before.sessionId);
  if (!isLost) {
    if (before?.state === 'claimed') shadow.count(`once ${after.ended?.kind}`);
    return;
  }
  shadow.count(`once ${after.state} by death`);
  require((after.state === 'unknown') === (before.onDeath === 'ask') &&
    (after.state === 'unknown' || after.state === 'open'), 'unknown work is resolved by a person', () =>
    `${before.sessionId} died over ${id}, to ${before.onDeath}, and it is ${after.state}`);
}

export function checkEntry(
  shadow: WorkShadow,
  id: string,
  before: EntryRecord | undefined,
  after: EntryRecord | undefined,
): void {
  if (before?.state === 'claimed' && after?.state !== 'claimed') {
    shadow.count(`entry ${after?.ended?.kind ?? 'removed'}`);
    if (after?.ended?.kind === 'completed' && shadow.checkpoints.has(id)) shadow.count('entry done after a checkpoint');
  }
  if (after?.state === 'dead' && before?.state !== 'dead') shadow.count('entry dead');
  if (after?.state !== 'claimed') return;
  require(shadow.isLive(after.sessionId), 'an entry has one live worker', () =>
    `entry ${id} is claimed by session ${after.sessionId}, which has ended`);
  if (before?.state === 'claimed') {
    const isSame = before.token === after.token && before.sessionId === after.sessionId;
    require(isSame, 'an entry has one live worker', () =>
      `entry ${id} goes from ${before.sessionId} to ${after.sessionId} without an end`);
    return;
  }
  const highest = shadow.tokens.get(id) ?? 0;
  require(after.token > highest, 'an entry has one live worker', () =>
    `entry ${id} is claimed with token ${after.token} after ${highest}`);
  shadow.tokens.set(id, after.token);
  const open = after.after.find((seq) => isOpen(shadow, after, seq));
  require(open === undefined, 'an entry comes after what it depends on', () =>
    `entry ${id} is claimed, and ${open}, on which it depends, is not done`);
  checkOrder(shadow, id, after);
  const lost = before?.ended?.kind;
  if (shadow.checkpoints.has(id)) {
    shadow.count('entry resumed');
    require(after.progressBytes === shadow.checkpoints.get(id)?.length, 'a checkpoint outlives its worker', () =>
      `entry ${id} is claimed after it was ${lost}, and the last checkpoint is not what it says`);
  }
}

function checkOrder(shadow: WorkShadow, id: string, { queue, number, seq, worker }: EntryRecord): void {
  for (const other of shadow.entries.all.values()) {
    const isPassed = other.number === number && other.state === 'ready' && other.seq < seq;
    require(!isPassed || (other.assignee !== '' && other.assignee !== worker), 'entries are given out in order', () =>
      `entry ${id} of ${queue} is given to ${worker} before ${other.seq}`);
  }
}

function isOpen(shadow: WorkShadow, { number }: EntryRecord, seq: number): boolean {
  for (const other of shadow.entries.all.values()) {
    if (other.number === number && other.seq === seq) return other.state !== 'done';
  }
  return false;
}

/** A session that has ended keeps nothing. */
export function checkLeft(shadow: WorkShadow, sessionId: string): void {
  for (const [id, once] of shadow.once.all) {
    require(once.state !== 'claimed' || once.sessionId !== sessionId, 'work is claimed by one', () =>
      `${id} is claimed by session ${sessionId}, which has ended`);
  }
  for (const [id, entry] of shadow.entries.all) {
    require(entry.state !== 'claimed' || entry.sessionId !== sessionId, 'an entry has one live worker', () =>
      `entry ${id} is claimed by session ${sessionId}, which has ended`);
  }
}

/** Nothing waits for what is done. */
export function checkIdleEntries(shadow: WorkShadow): void {
  for (const [id, entry] of shadow.entries.all) {
    const isBlocked = entry.after.some((seq) => isOpen(shadow, entry, seq));
    require(entry.state !== 'waiting' || isBlocked, 'an entry comes after what it depends on', () =>
      `entry ${id} waits, and all that it depends on is done`);
  }
}
