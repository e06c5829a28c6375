import { Check, CircleSlash, Eraser, Hammer, Undo2, X } from 'lucide-react';
import type { Ref } from 'react';
import type { OnceWork } from '../../../../contract/index.ts';
import { useActing, useActorRefusal } from '../../../acting/acting-store.ts';
import { isAlive } from '../../../acting/participants.ts';
import { SessionName } from '../../../acting/session-name.tsx';
import { useWriteRefusal } from '../../../cell/cell-store.ts';
import { useLoad } from '../../../connection/load.ts';
import { replaceQuery } from '../../../navigation/navigation-store.ts';
import { Button, IconButton } from '../../../ui/button.tsx';
import { Copyable } from '../../../ui/copyable.tsx';
import { Fact, Facts } from '../../../ui/facts.tsx';
import { Empty, ErrorNote, Waiting, WarningNote } from '../../../ui/notes.tsx';
import { SlotLink } from '../../../ui/slot-link.tsx';
import { Ago } from '../../../ui/time.tsx';
import { useEscape } from '../../../ui/use-escape.ts';
import { WhyNot } from '../../../ui/why-not.tsx';
import { ValueView } from '../../keys/value/value-view.tsx';
import { askOnce, useOnce } from './once-store.ts';
import { OnceStateBadge } from './once-tab.tsx';
import { onceEndText } from './once-words.ts';

const close = (): void => replaceQuery({ work: '' });

/** One work: who claimed it, what became of it, and what can be said or done about it. */
export function OnceDetail({
  path,
  headingRef,
}: {
  readonly path: string;
  readonly headingRef: Ref<HTMLHeadingElement>;
}) {
  const listed = useOnce((state) => state.listed?.works.find((work) => work.path === path));
  const { data, error, reload } = useLoad(
    (operator, signal) => operator.once.result({ path }, { signal }),
    [path, JSON.stringify(listed)],
  );
  const ref = useEscape<HTMLElement>(close);
  const work = listed ?? data?.work ?? undefined;
  return (
    <aside
      ref={ref}
      aria-label={`Work ${path}`}
      className="flex w-[372px] shrink-0 flex-col overflow-y-auto border-l border-line bg-surface"
    >
      <header className="flex items-center gap-2 px-3 pt-2.5 pb-2">
        <h2 ref={headingRef} tabIndex={-1} className="min-w-0 font-mono font-semibold">
          <Copyable mono whole text={path} label="path of the work" />
        </h2>
        {work === undefined ? null : <OnceStateBadge state={work.state} />}
        <div className="ml-auto">
          <IconButton icon={X} label="Close the work" onClick={close} />
        </div>
      </header>
      {error === undefined ? null : <ErrorNote error={error} onRetry={reload} />}
      {work !== undefined ? (
        <div className="flex flex-col gap-4 px-3 pb-4">
          {work.state === 'unknown' ? (
            <WarningNote>
              {work.owner || 'Whoever claimed it'} is gone, and did not say whether it was done. Find out, then say it
              here: until then nobody can claim it.
            </WarningNote>
          ) : null}
          <OnceButtons work={work} />
          <OnceFacts work={work} />
          {work.state === 'done' && data !== undefined && data.result !== null ? (
            <ValueView label="Result" value={data.result} />
          ) : null}
        </div>
      ) : data === undefined ? (
        error === undefined ? (
          <Waiting>Reading the work…</Waiting>
        ) : null
      ) : (
        <Empty title="Nothing is remembered of it">Nobody has claimed {path}, or it was forgotten.</Empty>
      )}
    </aside>
  );
}

function OnceButtons({ work }: { readonly work: OnceWork }) {
  const { state, sessionId, owner, path } = work;
  const refusal = useWriteRefusal();
  const actorRefusal = useActorRefusal();
  const isOurs = useActing(({ participants }) =>
    participants.some((session) => session.sessionId === sessionId && isAlive(session)),
  );
  const holderRefusal =
    refusal || (isOurs ? '' : `only ${owner || 'its claimant'} can say so, which is no participant of this window`);
  return (
    <div className="flex flex-wrap gap-1.5">
      {state === 'unknown' ? (
        <>
          <Button
            variant="primary"
            icon={Check}
            refusal={refusal}
            onClick={() => askOnce({ kind: 'resolve', work, isDone: true })}
          >
            It was done
          </Button>
          <Button
            icon={CircleSlash}
            refusal={refusal}
            onClick={() => askOnce({ kind: 'resolve', work, isDone: false })}
          >
            It was not done
          </Button>
        </>
      ) : null}
      {state === 'open' ? (
        <Button variant="primary" icon={Hammer} refusal={actorRefusal} onClick={() => askOnce({ kind: 'claim', path })}>
          Claim
        </Button>
      ) : null}
      {state === 'claimed' ? (
        <>
          <Button
            variant="primary"
            icon={Check}
            refusal={holderRefusal}
            onClick={() => askOnce({ kind: 'record', work })}
          >
            Record its result
          </Button>
          <Button icon={Undo2} refusal={holderRefusal} onClick={() => askOnce({ kind: 'abandon', work })}>
            Not done
          </Button>
          <div className="basis-full empty:hidden">
            <WhyNot refusal={holderRefusal} />
          </div>
        </>
      ) : (
        <Button variant="danger" icon={Eraser} refusal={refusal} onClick={() => askOnce({ kind: 'forget', work })}>
          Forget
        </Button>
      )}
    </div>
  );
}

function OnceFacts({ work }: { readonly work: OnceWork }) {
  const { state, sessionId, owner, token, claims, onDeath, claimedMs, claimedSlot, ended } = work;
  return (
    <Facts>
      <Fact label={state === 'claimed' ? 'Claimed by' : 'Last claimed by'}>
        <SessionName sessionId={sessionId} owner={owner} />
      </Fact>
      <Fact label="When">
        <Ago atMs={claimedMs} /> · slot <SlotLink slot={claimedSlot} />
      </Fact>
      <Fact label="Token">
        <span className="font-mono">{token}</span>
      </Fact>
      <Fact label="Claims">{claims}</Fact>
      <Fact label="If it dies">
        {onDeath === 'ask' ? 'a person is asked what became of it' : 'it can be claimed again'}
      </Fact>
      {ended === null ? null : (
        <Fact label={state === 'claimed' ? 'Before' : 'Ended'}>
          {onceEndText(ended)}, <Ago atMs={ended.atMs} /> · slot <SlotLink slot={ended.slot} />
        </Fact>
      )}
    </Facts>
  );
}
