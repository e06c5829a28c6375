import { FolderTree, Gavel, LockKeyhole, UserPlus } from 'lucide-react';
import { type RefObject, useState } from 'react';
import type { LockView } from '../../../contract/index.ts';
import { nameOfSession, useActing, useActor, useActorRefusal } from '../../acting/acting-store.ts';
import { SessionName } from '../../acting/session-name.tsx';
import { useWriteRefusal } from '../../cell/cell-store.ts';
import { navigate } from '../../navigation/navigation-store.ts';
import { Button } from '../../ui/button.tsx';
import { Copyable } from '../../ui/copyable.tsx';
import { DetailSection, Fact, Facts } from '../../ui/facts.tsx';
import { countText, durationText } from '../../ui/numbers.ts';
import { SlotLink } from '../../ui/slot-link.tsx';
import { Ago } from '../../ui/time.tsx';
import { GuardedWrite } from './guarded-write.tsx';
import { letAnotherWait, release } from './lock-actions.ts';
import { LockHolds } from './lock-holds.tsx';
import { LockQueue } from './lock-queue.tsx';
import { LeftOfLock } from './lock-row.tsx';
import { LockStateBadge } from './lock-state-badge.tsx';
import { endText, stateText } from './lock-words.ts';
import { ask } from './locks-store.ts';

/** Everything that is known of a lock, and what can be done with it. */
export function LockDetail({
  lock,
  headingRef,
}: {
  readonly lock: LockView;
  readonly headingRef: RefObject<HTMLHeadingElement | null>;
}) {
  const { path } = lock;
  return (
    <article aria-label={`Lock ${path}`} className="flex min-h-0 flex-1 flex-col">
      <header className="flex shrink-0 flex-col gap-2 border-b border-line px-3 py-2.5">
        <div className="flex min-w-0 items-center gap-2">
          <h2 ref={headingRef} tabIndex={-1} className="min-w-0 font-mono font-semibold">
            <Copyable text={path} label="path of the lock" />
          </h2>
          <LockStateBadge state={lock.state} />
        </div>
        <p className="text-soft">{stateText(lock)}</p>
        <LockButtons lock={lock} />
      </header>
      <div className="min-h-0 flex-1 overflow-y-auto p-3">
        <div className="flex max-w-[760px] flex-col gap-4">
          {lock.state === 'held' ? <Hold lock={lock} /> : lock.state === 'delayed' ? <Delay lock={lock} /> : null}
          <LockQueue lock={lock} />
          <LastEnd lock={lock} />
          <GuardedWrite key={path} lock={lock} />
        </div>
      </div>
    </article>
  );
}

function LockButtons({ lock }: { readonly lock: LockView }) {
  const { path, state, sessionId } = lock;
  const actor = useActor();
  const acting = useActorRefusal();
  const refusal = useWriteRefusal();
  const [busy, setBusy] = useState(false);
  const holds = state === 'held' && actor?.sessionId === sessionId;
  const contend = async (): Promise<void> => {
    setBusy(true);
    await letAnotherWait(path);
    setBusy(false);
  };
  const nothingToForce = state === 'held' || state === 'delayed' ? '' : 'nobody holds it';
  return (
    <div className="flex flex-wrap gap-1.5">
      <Button
        variant={state === 'held' ? 'plain' : 'primary'}
        icon={LockKeyhole}
        refusal={refusal}
        onClick={() => ask({ kind: 'acquire', path })}
      >
        Acquire…
      </Button>
      <Button
        refusal={acting || (holds ? '' : 'who acts does not hold it')}
        onClick={() => actor !== undefined && void release(actor, path)}
      >
        Release
      </Button>
      <Button icon={UserPlus} busy={busy} refusal={refusal} onClick={() => void contend()}>
        Let another participant wait
      </Button>
      <Button icon={FolderTree} onClick={() => navigate('keys', { path })}>
        Keys below it
      </Button>
      <Button
        variant="danger"
        icon={Gavel}
        refusal={refusal || nothingToForce}
        onClick={() => ask({ kind: 'force', lock })}
      >
        {state === 'delayed' ? 'End the delay…' : 'Force release…'}
      </Button>
    </div>
  );
}

function Hold({ lock }: { readonly lock: LockView }) {
  const { sessionId, owner, fencingToken, heldSinceMs, sessionTtlMs, count, lockDelayMs } = lock;
  return (
    <DetailSection title="Held">
      <Facts>
        <Fact label="Holder">
          <SessionName sessionId={sessionId} owner={owner} />
        </Fact>
        <Fact label="Fencing token">
          <SlotLink slot={fencingToken} /> <span className="text-faint">the slot of the grant</span>
        </Fact>
        <Fact label="Since">
          <Ago atMs={heldSinceMs} />
        </Fact>
        <Fact label="Left">
          <LeftOfLock lock={lock} />
        </Fact>
        <Fact label="Session TTL">{sessionTtlMs === 0 ? 'it is ending' : durationText(sessionTtlMs)}</Fact>
        <Fact label="Acquired">{count === 1 ? 'once' : `${countText(count)} times`}</Fact>
        <Fact label="Lock delay">
          {lockDelayMs === 0 ? 'none' : `${durationText(lockDelayMs)}, should its holder be lost`}
        </Fact>
      </Facts>
      <LockHolds lock={lock} />
    </DetailSection>
  );
}

function Delay({ lock }: { readonly lock: LockView }) {
  const { queue, lockDelayMs } = lock;
  return (
    <DetailSection title="Delayed">
      <Facts>
        <Fact label="Left">
          <LeftOfLock lock={lock} />
        </Fact>
        <Fact label="Then">{queue.length === 0 ? 'it is free' : 'who is first in line gets it'}</Fact>
        <Fact label="Lock delay">{durationText(lockDelayMs)}, because its holder was lost</Fact>
      </Facts>
    </DetailSection>
  );
}

function LastEnd({ lock: { ended, state } }: { readonly lock: LockView }) {
  // The names of this window's participants change with them.
  useActing((acting) => acting.participants);
  return (
    <DetailSection title={state === 'held' ? 'How the hold before ended' : 'How its last hold ended'}>
      {ended === null ? (
        <p className="text-soft">No hold of it has ended yet.</p>
      ) : (
        <p>
          {endText(ended, nameOfSession)}, <Ago atMs={ended.atMs} />, in slot <SlotLink slot={ended.slot} />. Its token
          was <SlotLink slot={ended.fencingToken} />.
        </p>
      )}
    </DetailSection>
  );
}
