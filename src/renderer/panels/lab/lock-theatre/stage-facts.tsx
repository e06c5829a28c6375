import { Database, LockKeyhole, LockKeyholeOpen } from 'lucide-react';
import type { ReactNode } from 'react';
import { Badge } from '../../../ui/badge.tsx';
import { SlotLink } from '../../../ui/slot-link.tsx';
import { nameOfSessionHere, useTheatre } from './theatre-store.ts';

/** The lock as the cell has it: who holds it, with which token, and who waits in which order. */
export function LockCard() {
  const lock = useTheatre((state) => state.lock);
  const path = useTheatre((state) => state.places.lock);
  const isHeld = lock?.state === 'held';
  const Icon = isHeld ? LockKeyhole : LockKeyholeOpen;
  return (
    <Card
      title="The lock"
      icon={<Icon aria-hidden size={15} className={isHeld ? 'text-accent' : 'text-faint'} />}
      path={path}
    >
      <p>
        {isHeld ? (
          <>
            held by <b className="font-semibold">{nameOfSessionHere(lock.sessionId, lock.owner)}</b>, token{' '}
            <SlotLink slot={lock.fencingToken} />
          </>
        ) : (
          <span className="text-soft">free</span>
        )}
      </p>
      <p className="text-soft">
        {lock === undefined || lock.queue.length === 0
          ? 'nobody waits'
          : `queue: ${lock.queue.map(({ sessionId, owner }) => nameOfSessionHere(sessionId, owner)).join(', ')}`}
      </p>
      <p className="truncate text-sm text-faint">
        guards every key below it, such as <code className="font-mono">notes</code>
      </p>
    </Card>
  );
}

/** The resource outside of the lock: what it has seen, and what it has lost. */
export function ResourceCard() {
  const memory = useTheatre((state) => state.memory);
  const path = useTheatre((state) => state.places.resourceKey);
  const checks = useTheatre((state) => state.checks);
  const damages = useTheatre((state) => state.damages);
  return (
    <Card title="The resource" icon={<Database aria-hidden size={15} className="text-faint" />} path={path}>
      <p className="truncate">
        {memory === undefined ? (
          <span className="text-soft">empty; has seen no token</span>
        ) : (
          <>
            holds <b className="font-semibold">“{memory.value}”</b>, {checks ? 'highest' : 'last'} token{' '}
            <span className="font-mono">{memory.token}</span>
          </>
        )}
      </p>
      <p className="text-soft">{checks ? 'refuses lower tokens than it has seen' : 'looks at no token'}</p>
      <p>
        {damages.length === 0 ? (
          <Badge tone="good">nothing lost</Badge>
        ) : (
          <Badge tone="bad">
            {damages.length} {damages.length === 1 ? 'write' : 'writes'} lost
          </Badge>
        )}
      </p>
    </Card>
  );
}

function Card({
  title,
  icon,
  path,
  children,
}: {
  readonly title: string;
  readonly icon: ReactNode;
  readonly path: string;
  readonly children: ReactNode;
}) {
  return (
    <section aria-label={title} className="flex min-w-0 flex-col gap-1 rounded-md border border-line bg-surface p-2.5">
      <div className="flex min-w-0 items-center gap-2">
        {icon}
        <h2 className="font-semibold whitespace-nowrap">{title}</h2>
        <code className="ml-auto truncate font-mono text-sm text-faint" title={path}>
          {path}
        </code>
      </div>
      {children}
    </section>
  );
}
