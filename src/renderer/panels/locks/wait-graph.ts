import type { LockTree, LockView } from '../../../contract/index.ts';

export type WaitNode =
  | { readonly kind: 'session'; readonly id: string; readonly sessionId: string; readonly owner: string }
  | { readonly kind: 'lock'; readonly id: string; readonly path: string; readonly state: LockView['state'] };

/** `waits`: a session for a lock. `held`: a lock by a session. `next`: nobody has the lock, and this session comes first. */
export interface WaitEdge {
  readonly kind: 'waits' | 'held' | 'next';
  readonly from: string;
  readonly to: string;
  /** Place in line, from 1; 0: none. */
  readonly position: number;
}

export interface WaitGraph {
  readonly nodes: readonly WaitNode[];
  readonly edges: readonly WaitEdge[];
}

/** Who waits for which lock, and who has it. Locks that nobody waits for are left out. */
export function waitGraph({ locks, waits }: Pick<LockTree, 'locks' | 'waits'>): WaitGraph {
  const contended = new Set(waits.map(({ path }) => path));
  const nodes = new Map<string, WaitNode>();
  const edges: WaitEdge[] = [];
  const session = (sessionId: string, owner: string): string => {
    const id = `session ${sessionId}`;
    if (!nodes.has(id)) nodes.set(id, { kind: 'session', id, sessionId, owner });
    return id;
  };
  for (const lock of locks.filter(({ path, queue }) => contended.has(path) || queue.length > 0)) {
    const id = `lock ${lock.path}`;
    nodes.set(id, { kind: 'lock', id, path: lock.path, state: lock.state });
    if (lock.state === 'held') {
      edges.push({ kind: 'held', from: id, to: session(lock.sessionId, lock.owner), position: 0 });
    }
    for (const { sessionId, owner, position } of lock.queue) {
      const waiting = session(sessionId, owner);
      // Nobody holds it: those behind wait for who is first, and that one for a lock elsewhere, or for a delay to end.
      if (position === 1 && lock.state === 'queued') edges.push({ kind: 'next', from: id, to: waiting, position });
      else edges.push({ kind: 'waits', from: waiting, to: id, position });
    }
  }
  return { nodes: [...nodes.values()], edges: distinct(edges) };
}

/** A session that asked for a lock twice stands in its line twice; it waits from its first place. */
function distinct(edges: readonly WaitEdge[]): WaitEdge[] {
  const first = new Map<string, WaitEdge>();
  for (const edge of edges) {
    const key = `${edge.from}\n${edge.to}`;
    const known = first.get(key);
    if (known === undefined || edge.position < known.position) first.set(key, edge);
  }
  return [...first.values()];
}

/** Each relation as a sentence, in the order of the locks. */
export function waitSentences(
  { nodes, edges }: WaitGraph,
  nameOf: (sessionId: string, owner: string) => string,
): readonly { readonly lock: string; readonly text: string }[] {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const named = (id: string): string => {
    const node = byId.get(id)!;
    return node.kind === 'lock' ? node.path : nameOf(node.sessionId, node.owner);
  };
  return nodes
    .filter((node) => node.kind === 'lock')
    .flatMap((lock) => {
      const holder = edges.find(({ kind, from }) => kind === 'held' && from === lock.id);
      const next = edges.find(({ kind, from }) => kind === 'next' && from === lock.id);
      const waiting = edges.filter(({ kind, to }) => kind === 'waits' && to === lock.id);
      const first =
        holder !== undefined
          ? `${named(holder.to)} holds ${lock.path}.`
          : next !== undefined
            ? `Nobody holds ${lock.path}; ${named(next.to)} is first, and waits for another lock as well.`
            : `Nobody holds ${lock.path}: its holder was lost, and it is delayed.`;
      const rest = waiting
        .sort((a, b) => a.position - b.position)
        .map(({ from, position }) => `${named(from)} waits for ${lock.path}, number ${position} in line.`);
      return [first, ...rest].map((text) => ({ lock: lock.path, text }));
    });
}
