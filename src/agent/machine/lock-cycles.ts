import type { LockClaimRecord } from './coordination-records.ts';
import { shown } from './keys.ts';
import { hasClaims, orderOf, placesOf, waitingClaims } from './lock-index.ts';
import { readLock } from './lock-state.ts';
import type { Key } from './store.ts';
import type { WriteView } from './write-view.ts';

/** A session waits for another one, at a lock. */
interface Edge {
  readonly from: string;
  readonly lock: Key;
  readonly to: string;
}

/**
 * Would its session wait for itself if this claim queued? It waits for who holds its locks and for who stands before it,
 * and these wait on. Edges come into being only when somebody queues: a grant turns waiting for an earlier waiter into
 * waiting for a holder, and a session that lets a lock go while it wants it again keeps its place. So a graph in which
 * every newcomer was checked never has a cycle. Returns it in words.
 */
export function cycleWith(view: WriteView, claim: LockClaimRecord): string | undefined {
  const { sessionId } = claim;
  // Nobody waits for a session that neither holds anything nor stands in a queue.
  if (!hasClaims(view, sessionId)) return undefined;
  const search = new Search(view, sessionId);
  search.follow(claim);
  return search.run();
}

class Search {
  readonly #view: WriteView;
  readonly #start: string;
  readonly #reachedBy = new Map<string, Edge>();
  readonly #next: string[] = [];
  /** Up to where the queue of a lock was followed: once from the end, it need not be followed again. */
  readonly #followed = new Map<Key, string>();

  constructor(view: WriteView, start: string) {
    this.#view = view;
    this.#start = start;
  }

  /** Also at a lock that the session holds by now: it will be waiting there again once it has released that. */
  follow(claim: LockClaimRecord): void {
    for (const place of claim.locks) this.#waitsFor(claim.sessionId, place.path, orderOf(claim.ticket, place));
  }

  /** The session stands in the queue of the lock, behind everybody whose order is lower. */
  #waitsFor(from: string, lock: Key, order: string): void {
    const holder = readLock(this.#view, lock).sessionId;
    if (holder !== '') this.#reach({ from, lock, to: holder });
    if (order <= (this.#followed.get(lock) ?? '')) return;
    this.#followed.set(lock, order);
    for (const place of placesOf(this.#view, lock)) {
      if (place.order >= order) break;
      this.#reach({ from, lock, to: place.sessionId });
    }
  }

  run(): string | undefined {
    for (let session = this.#next.shift(); session !== undefined; session = this.#next.shift()) {
      if (session === this.#start) return this.#describe();
      for (const claim of waitingClaims(this.#view, session)) this.follow(claim);
    }
    return undefined;
  }

  #reach(edge: Edge): void {
    if (edge.from === edge.to || this.#reachedBy.has(edge.to)) return;
    this.#reachedBy.set(edge.to, edge);
    this.#next.push(edge.to);
  }

  #describe(): string {
    const edges: Edge[] = [];
    for (let at = this.#start; ; ) {
      const edge = this.#reachedBy.get(at) as Edge;
      edges.unshift(edge);
      at = edge.from;
      if (at === this.#start) break;
    }
    return edges.map(({ from, lock, to }) => `${from} would wait for ${to} at ${shown(lock)}`).join(', ');
  }
}
