import type { Command } from '../agent/machine/commands.ts';
import type { BarrierThreshold } from '../agent/machine/coordination-commands.ts';
import { LOCK_CLAIMS } from '../agent/machine/coordination-records.ts';
import type { LockOutcome } from '../agent/machine/coordination-results.ts';
import type { HostCell } from './host-cell.ts';
import { bytesOf } from './host-history.ts';
import type { HostSession } from './host-session.ts';
import { RESOURCE } from './lock-rules.ts';
import type { Random } from './random.ts';
import { SessionProgram, type SharedByPrograms } from './session-program.ts';

/** Few, so that the clients meet; one below another. */
const LOCKS = ['/lock/0/_lockable', '/lock/0/_lockable/in/_lockable', '/lock/1/_lockable'];
const ELECTIONS = ['/election/0', '/election/1'];
const BARRIERS = ['/barrier/0', '/barrier/1', '/barrier/2'];

/** Who only acquires would soon hold everything. */
const CLAIMS_MAX = 4;

/** An acquisition as far as the client knows of it. */
interface Claim {
  readonly path: string;
  readonly ticket: number;
  readonly leaseTtlMs: number;
  /** 0 while it waits. */
  token: number;
}

/**
 * A program that holds locks, campaigns and meets others at barriers, loses its session now and then, and writes to what
 * a lock guards, sometimes long after it lost the lock.
 */
export class CoordinationClient extends SessionProgram {
  /** Sessions that are open, as far as anybody knows: whom barriers are made for. */
  readonly #crowd: Set<string>;
  #claims: Claim[] = [];

  constructor(
    name: string,
    cell: HostCell,
    random: Random,
    shared: SharedByPrograms & { readonly crowd: Set<string> },
  ) {
    super(name, cell, random, shared);
    this.#crowd = shared.crowd;
  }

  protected override renew(session: HostSession): void {
    const leased = this.#claims.filter(
      ({ leaseTtlMs, token }) => leaseTtlMs > 0 && token > 0 && !this.random.chance(0.3),
    );
    session.renew(leased.map(({ ticket }) => ticket));
  }

  protected override act(session: HostSession): void {
    this.#learn();
    const random = this.random;
    const works = [
      () => this.#acquire(session),
      () => this.#release(session),
      () => this.#useResource(session),
      () => this.#cancel(session),
      () => this.#elect(session),
      () => this.#meet(session),
      () => this.#change(session),
      () => this.#giveUp(session),
    ];
    works[random.weighted([6, 6, 5, 1, 4, 6, 1, 0.4])]?.();
  }

  protected override opened(session: HostSession): void {
    this.#crowd.add(session.id);
  }

  protected override forgotten(session: HostSession): void {
    this.#crowd.delete(session.id);
    this.#claims = [];
  }

  /** What became of the claims that wait, as far as some agent knows. */
  #learn(): void {
    const state = this.random.pick(this.cell.running.length > 0 ? this.cell.running : [undefined])?.driver?.host.state;
    if (state === undefined) return;
    for (const claim of this.#claims) {
      const record = claim.token === 0 ? LOCK_CLAIMS.read(state, String(claim.ticket)) : undefined;
      if (record?.state === 'held') claim.token = record.token;
    }
  }

  #acquire(session: HostSession): void {
    const random = this.random;
    if (this.#claims.length >= CLAIMS_MAX) {
      this.#release(session);
      return;
    }
    const path = random.pick(LOCKS);
    const leaseTtlMs = random.pick([0, 0, 1_000]);
    const command: Command = {
      kind: 'acquireLock',
      path,
      wait: random.chance(0.85),
      leaseTtlMs,
      adaptive: false,
      lockDelayMs: random.pick([0, 0, 0, 500]),
      owner: this.name,
    };
    this.do(session, command, (told) => {
      const outcome = told.kind === 'done' ? (told.result.outcome as LockOutcome) : undefined;
      if (outcome !== undefined) this.#claims.push({ path, ticket: outcome.ticket, leaseTtlMs, token: outcome.token });
    });
  }

  #release(session: HostSession): void {
    const held = this.#claims.filter(({ token }) => token > 0);
    if (held.length === 0) {
      if (this.#claims.length > 0) this.#cancel(session);
      else this.pause();
      return;
    }
    const { path, ticket } = this.#take(this.random.pick(held));
    this.do(session, { kind: 'releaseLock', path, ticket });
  }

  #cancel(session: HostSession): void {
    const waiting = this.#claims.filter(({ token }) => token === 0);
    if (waiting.length === 0) {
      const by = this.name;
      if (this.random.chance(0.8)) this.pause();
      else this.do(session, { kind: 'forceReleaseLock', path: this.random.pick(LOCKS), by, why: 'a whim' });
      return;
    }
    const claim = this.random.pick(waiting);
    this.do(session, { kind: 'cancelLock', path: claim.path, ticket: claim.ticket }, (told) => {
      const outcome = told.kind === 'done' ? (told.result.outcome as LockOutcome) : undefined;
      if (outcome?.state === 'held') claim.token = outcome.token;
      else this.#take(claim);
    });
  }

  #take(claim: Claim): Claim {
    this.#claims = this.#claims.filter((known) => known !== claim);
    this.cell.world.leases.givenUp(`lock/${claim.ticket}`);
    return claim;
  }

  /** With the token of a lock that it holds, or once held, or believes to hold; and sometimes without any right. */
  #useResource(session: HostSession): void {
    const held = this.#claims.filter(({ token }) => token > 0);
    const claim = held.length > 0 ? this.random.pick(held) : undefined;
    const path = claim?.path ?? this.random.pick(LOCKS);
    const token = claim?.token ?? 0;
    const value = bytesOf(`${session.id} ${token}`);
    const command: Command = {
      kind: 'put',
      key: `${path}/${RESOURCE}`,
      value,
      leaseId: '',
      returnPrevious: false,
      // A token of nothing is none: the guard alone must refuse that.
      fencingToken: token,
    };
    if (token === 0 || !this.random.chance(0.3)) {
      this.do(session, command);
      return;
    }
    // It was held up on the way: by then the lock may be lost, and even held again.
    this.after(this.random.exponential(1_000), () => {
      if (!session.isOver && this.isCurrent(session)) this.#late(session, command);
    });
    this.pause();
  }

  #late(session: HostSession, command: Command): void {
    session.write(command, (told) => {
      if (told.kind === 'lost') this.forget(session);
      this.cell.world.counters.add(`late write ${told.kind}`);
    });
  }

  #elect(session: HostSession): void {
    const path = this.random.pick(ELECTIONS);
    const value = `${session.id}`;
    const works: readonly Command[] = [
      { kind: 'campaign', path, value, owner: this.name },
      { kind: 'resign', path },
      { kind: 'proclaim', path, value: `${value}!`, tenure: 0 },
    ];
    this.do(session, works[this.random.weighted([4, 3, 1])] as Command);
  }

  #meet(session: HostSession): void {
    const random = this.random;
    const path = random.pick(BARRIERS);
    if (!random.chance(0.25)) {
      this.do(session, { kind: 'arriveAtBarrier', path });
      return;
    }
    const isOpen = random.chance(0.3);
    const count: BarrierThreshold = { kind: 'count', count: 2 };
    const members = random.sample([...this.#crowd], 1, 3);
    this.do(session, {
      kind: 'createBarrier',
      path,
      threshold: isOpen ? count : random.pick([{ kind: 'full' }, { kind: 'percent', percent: 60 }, count] as const),
      members: isOpen ? [] : members,
      isOpen,
      onDeath: random.pick(['break', 'shrink'] as const),
      timeoutMs: random.pick([0, 600]),
      onTimeout: random.pick(['break', 'release'] as const),
      next: path === BARRIERS[0] ? BARRIERS[1]! : '',
      isArmed: path !== BARRIERS[1] || random.chance(0.5),
      owner: this.name,
    });
  }

  #change(session: HostSession): void {
    const random = this.random;
    const path = random.pick(BARRIERS);
    const add = random.sample([...this.#crowd], 1, 2);
    const works: readonly Command[] = [
      { kind: 'leaveBarrier', path },
      { kind: 'breakBarrier', path, by: this.name, why: 'a whim' },
      { kind: 'resetBarrier', path },
      { kind: 'deleteBarrier', path },
      { kind: 'changeBarrierMembers', path, add, remove: [] },
    ];
    this.do(session, works[random.weighted([1, 0.5, 2, 0.7, 2])] as Command);
  }

  #giveUp(session: HostSession): void {
    this.cell.world.counters.add('session given up');
    this.die(session);
  }
}
