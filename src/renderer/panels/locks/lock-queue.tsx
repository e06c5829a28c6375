import { X } from 'lucide-react';
import { memo } from 'react';
import type { LockView, LockWaiterView } from '../../../contract/index.ts';
import { useActing } from '../../acting/acting-store.ts';
import { isAlive } from '../../acting/participants.ts';
import { SessionName } from '../../acting/session-name.tsx';
import { useWriteRefusal } from '../../cell/cell-store.ts';
import { IconButton } from '../../ui/button.tsx';
import { DetailSection } from '../../ui/facts.tsx';
import { countText } from '../../ui/numbers.ts';
import { Ago } from '../../ui/time.tsx';
import { SessionCountdown } from './countdown-bar.tsx';
import { cancel } from './lock-actions.ts';

/** Who waits, in the order in which they get it. */
export function LockQueue({ lock }: { readonly lock: LockView }) {
  const { queue, path } = lock;
  return (
    <DetailSection title={queue.length === 0 ? 'In line' : `In line: ${countText(queue.length)}`}>
      {queue.length === 0 ? (
        <p className="text-soft">Nobody waits. Let another participant wait, and it stands here.</p>
      ) : (
        <ol aria-label={`Who waits for ${path}`} className="flex flex-col">
          {queue.map((waiter) => (
            <Waiter key={waiter.ticket} waiter={waiter} lockPath={path} />
          ))}
        </ol>
      )}
    </DetailSection>
  );
}

const Waiter = memo(function Waiter({
  waiter: { ticket, sessionId, owner, path, position, queuedMs },
  lockPath,
}: {
  readonly waiter: LockWaiterView;
  readonly lockPath: string;
}) {
  const own = useActing(({ participants }) =>
    participants.find((session) => session.sessionId === sessionId && isAlive(session)),
  );
  const refusal = useWriteRefusal();
  return (
    <li className="grid min-h-8 grid-cols-[24px_minmax(0,1fr)_124px_72px_28px] items-center gap-x-2 border-b border-line py-0.5 [contain-intrinsic-size:auto_32px] [content-visibility:auto]">
      <span className="text-right font-mono text-soft">{position}</span>
      <div className="min-w-0">
        <SessionName sessionId={sessionId} owner={owner} />
        {path === lockPath ? null : (
          <div className="truncate text-sm text-soft" title={`It asks for ${path}`}>
            for <span className="font-mono">…{path.slice(lockPath.length)}</span>
          </div>
        )}
      </div>
      <SessionCountdown sessionId={sessionId} />
      <span className="text-right text-sm whitespace-nowrap text-faint">
        <Ago atMs={queuedMs} />
      </span>
      {own === undefined ? (
        <span />
      ) : (
        <IconButton
          icon={X}
          label={`Leave the line as ${own.owner}`}
          refusal={refusal}
          onClick={() => void cancel(own, path, ticket)}
        />
      )}
    </li>
  );
});
