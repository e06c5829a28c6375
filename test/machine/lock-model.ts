import { locksOf } from '../../src/agent/machine/lock-paths.ts';

/**
 * Locks as one would explain them, without any index: every question is answered by looking at all claims. One command per
 * slot.
 */
export interface ModelClaim {
  readonly ticket: number;
  readonly session: string;
  readonly path: string;
  readonly locks: readonly string[];
  readonly orders: ReadonlyMap<string, number>;
  readonly delays: boolean;
  isHeld: boolean;
}

interface ModelLock {
  holder: string;
  token: number;
  isDelayed: boolean;
  delays: boolean;
}

export class LockModel {
  claims: ModelClaim[] = [];
  readonly locks = new Map<string, ModelLock>();
  slot = 0;

  lock(path: string): ModelLock {
    let lock = this.locks.get(path);
    if (lock === undefined) {
      lock = { holder: '', token: 0, isDelayed: false, delays: false };
      this.locks.set(path, lock);
    }
    return lock;
  }

  queue(path: string): ModelClaim[] {
    const waiting = this.claims.filter((claim) => !claim.isHeld && claim.locks.includes(path));
    return waiting.sort((a, b) => a.orders.get(path)! - b.orders.get(path)! || a.ticket - b.ticket);
  }

  count(path: string): number {
    return this.claims.filter((claim) => claim.isHeld && claim.locks.includes(path)).length;
  }

  /** `held`, `queued`, or why not. */
  acquire(session: string, path: string, ticket: number, wait: boolean, delays: boolean): string {
    const locks = locksOf(path);
    const mine = this.claims.filter((claim) => claim.session === session && !claim.isHeld);
    const orders = new Map<string, number>();
    for (const lock of locks) {
      const known = mine.flatMap((claim) => claim.orders.get(lock) ?? []);
      orders.set(lock, this.lock(lock).holder === session ? 0 : Math.min(ticket, ...known));
    }
    const claim: ModelClaim = { ticket, session, path, locks, orders, delays, isHeld: false };
    this.claims.push(claim);
    if (this.isGrantable(claim)) {
      this.grant(claim);
      return 'held';
    }
    const refusal = !wait ? 'LOCK_HELD' : this.isOnCycle(session) ? 'DEADLOCK' : undefined;
    if (refusal !== undefined) this.claims.pop();
    return refusal ?? 'queued';
  }

  release(session: string, path: string): boolean {
    const claim = this.claims.findLast((one) => one.isHeld && one.session === session && one.path === path);
    if (claim !== undefined) this.end([claim], false);
    return claim !== undefined;
  }

  cancel(session: string, path: string): string {
    const own = this.claims.filter((one) => one.session === session && one.path === path);
    const waiting = own.findLast((one) => !one.isHeld);
    if (waiting === undefined) return own.length > 0 ? 'held' : 'gone';
    this.end([waiting], false);
    return 'cancelled';
  }

  force(path: string): boolean {
    const lock = this.lock(path);
    if (lock.isDelayed) return this.endDelay(path);
    if (lock.holder === '') return false;
    this.end(
      this.claims.filter((claim) => claim.isHeld && claim.locks.includes(path)),
      false,
    );
    return true;
  }

  endSession(session: string): void {
    this.end(
      this.claims.filter((claim) => claim.session === session),
      true,
    );
  }

  expire(ticket: number): void {
    this.end(
      this.claims.filter((claim) => claim.ticket === ticket),
      true,
    );
  }

  endDelay(path: string): boolean {
    this.lock(path).isDelayed = false;
    this.settle();
    return true;
  }

  /** A waits for B: B holds what A wants, or stands before A in its queue. */
  edges(): Map<string, Set<string>> {
    const edges = new Map<string, Set<string>>();
    for (const claim of this.claims.filter(({ isHeld }) => !isHeld)) {
      const from = edges.get(claim.session) ?? new Set();
      edges.set(claim.session, from);
      for (const path of claim.locks) {
        const queue = this.queue(path);
        for (const other of queue.slice(0, queue.indexOf(claim))) from.add(other.session);
        from.add(this.lock(path).holder);
      }
      from.delete('');
      from.delete(claim.session);
    }
    return edges;
  }

  isOnCycle(session: string): boolean {
    const edges = this.edges();
    const reached = new Set<string>();
    const visit = (from: string): void => {
      for (const to of edges.get(from) ?? []) {
        if (reached.has(to)) continue;
        reached.add(to);
        visit(to);
      }
    };
    visit(session);
    return reached.has(session);
  }

  private isGrantable(claim: ModelClaim): boolean {
    return claim.locks.every((path) => {
      const lock = this.lock(path);
      if (lock.holder !== '') return lock.holder === claim.session;
      return !lock.isDelayed && this.queue(path)[0] === claim;
    });
  }

  private grant(claim: ModelClaim): void {
    for (const path of claim.locks) {
      const lock = this.lock(path);
      if (lock.holder === '') Object.assign(lock, { holder: claim.session, token: this.slot, delays: false });
      lock.delays ||= claim.delays;
    }
    claim.isHeld = true;
  }

  private end(ended: readonly ModelClaim[], isLost: boolean): void {
    this.claims = this.claims.filter((claim) => !ended.includes(claim));
    for (const path of new Set(ended.filter(({ isHeld }) => isHeld).flatMap(({ locks }) => locks))) {
      const lock = this.lock(path);
      if (this.count(path) > 0) continue;
      lock.holder = '';
      lock.isDelayed = isLost && lock.delays;
    }
    this.settle();
  }

  private settle(): void {
    for (let claim = this.next(); claim !== undefined; claim = this.next()) this.grant(claim);
  }

  private next(): ModelClaim | undefined {
    return this.claims.find((claim) => !claim.isHeld && this.isGrantable(claim));
  }
}
