import type { Command } from '../agent/machine/commands.ts';
import type { Outcome } from '../agent/machine/coordination-results.ts';
import type { OnceOutcome } from '../agent/machine/once-types.ts';
import type { ProposalOutcome } from '../agent/machine/proposal-types.ts';
import type { NewEntry, QueueOutcome } from '../agent/machine/queue-types.ts';
import type { HostCell } from './host-cell.ts';
import { bytesOf } from './host-history.ts';
import type { HostSession } from './host-session.ts';
import type { Random } from './random.ts';
import { SessionProgram, type SharedByPrograms } from './session-program.ts';
import { PROPOSED } from './work-shadow.ts';

/** Few, so that the programs meet. */
const VOTERS = ['v0', 'v1', 'v2'];
const QUEUE = '/work/queue';
const WORK = ['/work/once/0', '/work/once/1'];

interface Claim {
  readonly seq: number;
  readonly token: number;
  readonly timerId: string;
}

/** A program that proposes and votes, does work once, and takes entries from a queue; and that dies over them. */
export class WorkClient extends SessionProgram {
  /** All that anybody has heard of, the newest last. */
  readonly #proposals: number[];
  #claims: Claim[] = [];
  #once = new Map<string, number>();

  constructor(
    name: string,
    cell: HostCell,
    random: Random,
    shared: SharedByPrograms & { readonly proposals: number[] },
  ) {
    super(name, cell, random, shared);
    this.#proposals = shared.proposals;
  }

  protected override renew(session: HostSession): void {
    const leased = this.#claims.filter(({ timerId }) => timerId !== '' && !this.random.chance(0.3));
    session.renew(
      [],
      leased.map(({ timerId }) => timerId),
    );
  }

  protected override act(session: HostSession): void {
    const works = [
      () => this.#propose(session),
      () => this.#vote(session),
      () => this.#doOnce(session),
      () => this.#resolve(session),
      () => this.#enqueue(session),
      () => this.#take(session),
      () => this.#report(session),
      () => this.#operate(session),
      () => this.die(session),
    ];
    works[this.random.weighted([2, 9, 5, 1, 2, 6, 8, 0.6, 0.6])]?.();
  }

  protected override forgotten(): void {
    this.#claims = [];
    this.#once.clear();
  }

  #done(session: HostSession, command: Command, then: (outcome: Outcome | undefined) => void): void {
    this.do(session, command, (told) => {
      if (told.kind === 'done') then(told.result.outcome);
    });
  }

  #propose(session: HostSession): void {
    const random = this.random;
    const command: Command = {
      kind: 'propose',
      key: `${PROPOSED}a`,
      value: bytesOf(session.id),
      quorumPerTenThousand: random.pick([3_000, 5_100, 10_000]),
      electorate: VOTERS,
      timeoutMs: random.pick([500, 8_000]),
      isOnlyIfUnchanged: random.chance(0.6),
      owner: this.name,
      why: '',
    };
    this.#done(session, command, (outcome) => this.#proposals.push((outcome as ProposalOutcome).proposal));
  }

  #vote(session: HostSession): void {
    const random = this.random;
    const proposal = random.pick(this.#proposals.slice(-4).concat(0));
    if (proposal === 0) this.#propose(session);
    else if (random.chance(0.05)) this.do(session, { kind: 'withdrawProposal', proposal, by: this.name, why: '' });
    else this.do(session, { kind: 'vote', proposal, voter: random.pick(VOTERS), isFor: random.chance(0.75) });
  }

  #doOnce(session: HostSession): void {
    const random = this.random;
    const path = random.pick(WORK);
    const token = this.#once.get(path);
    if (token === undefined) {
      const onDeath = random.pick(['again', 'ask'] as const);
      this.#done(session, { kind: 'claimOnce', path, onDeath, owner: this.name }, (outcome) => {
        const { state, token } = outcome as OnceOutcome;
        if (state === 'claimed') this.#once.set(path, token);
        else if (state === 'done') this.cell.world.counters.add('once: result told again');
      });
      return;
    }
    this.#once.delete(path);
    const recorded: Command = { kind: 'recordOnce', path, token, result: bytesOf(session.id) };
    this.do(session, random.chance(0.7) ? recorded : { kind: 'abandonOnce', path, token, why: '' });
  }

  #resolve(session: HostSession): void {
    const path = this.random.pick(WORK);
    const isDone = this.random.chance(0.5);
    const result = bytesOf(isDone ? 'looked up' : '');
    const resolve: Command = { kind: 'resolveOnce', path, isDone, result, by: this.name, why: '' };
    this.do(session, this.random.chance(0.6) ? resolve : { kind: 'forgetOnce', path });
  }

  #enqueue(session: HostSession): void {
    const random = this.random;
    const entries = Array.from({ length: random.between(1, 3) }, (_, place): NewEntry => {
      const isChained = place > 0 && random.chance(0.5);
      return {
        payload: bytesOf(session.id),
        after: random.chance(0.3) ? [random.between(1, 20)] : [],
        afterInBatch: isChained ? [place - 1] : [],
        assignee: random.chance(0.2) ? this.name : '',
        maxAttempts: random.pick([0, 3]),
        backoffMs: random.pick([0, 300]),
        backoffMaxMs: 0,
      };
    });
    this.do(session, { kind: 'enqueue', path: QUEUE, entries, owner: this.name });
  }

  #take(session: HostSession): void {
    const leaseTtlMs = this.random.pick([0, 1_000]);
    this.#done(session, { kind: 'claimEntry', path: QUEUE, worker: this.name, leaseTtlMs }, (outcome) => {
      const { state, seqs, token, timerId } = outcome as QueueOutcome;
      if (state === 'claimed') this.#claims.push({ seq: seqs[0]!, token, timerId });
    });
  }

  #report(session: HostSession): void {
    const random = this.random;
    if (this.#claims.length === 0) {
      this.#take(session);
      return;
    }
    const claim = random.pick(this.#claims);
    const about = { path: QUEUE, seq: claim.seq, token: claim.token };
    if (random.chance(0.4)) {
      this.do(session, { kind: 'checkpointEntry', ...about, progress: bytesOf('x'.repeat(random.between(1, 9))) });
      return;
    }
    this.#claims = this.#claims.filter((known) => known !== claim);
    this.cell.world.leases.givenUp(claim.timerId);
    const isRetried = random.chance(0.8);
    const failed: Command = { kind: 'failEntry', ...about, why: 'a whim', isRetried };
    const completed: Command = { kind: 'completeEntry', ...about, result: bytesOf(session.id) };
    this.do(session, random.chance(0.7) ? completed : failed);
  }

  #operate(session: HostSession): void {
    const kind = this.random.pick(['requeueEntry', 'removeEntry'] as const);
    this.do(session, { kind, path: QUEUE, seq: this.random.between(1, 20) });
  }
}
