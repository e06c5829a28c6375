import { RotateCcw, Trash2, Unlink, UsersRound } from 'lucide-react';
import { type RefObject, useState } from 'react';
import type { BarrierView } from '../../../contract/index.ts';
import { SessionName } from '../../acting/session-name.tsx';
import { useWriteRefusal } from '../../cell/cell-store.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { DetailSection, Fact, Facts } from '../../ui/facts.tsx';
import { SlotLink } from '../../ui/slot-link.tsx';
import { SmallTable } from '../../ui/small-table.tsx';
import { Ago } from '../../ui/time.tsx';
import { resetBarrier } from './barrier-actions.ts';
import { BarrierDialogs } from './barrier-dialogs.tsx';
import { type BarrierEnding, ENDINGS_KEPT } from './barrier-history.ts';
import { ArrivalGauge, BarrierState } from './barrier-row.tsx';
import { arrivedText, endingText, missingText, onDeathText, thresholdText, timeoutText } from './barrier-words.ts';
import { ask, useBarriers } from './barriers-store.ts';
import { CascadeView } from './cascade-view.tsx';
import { MemberState } from './member-state.tsx';
import { TakePart } from './take-part.tsx';

/** One barrier: who has arrived, what releases it, how its generations ended, and what can be done about it. */
export function BarrierDetail({
  barrier,
  headingRef,
}: {
  readonly barrier: BarrierView;
  readonly headingRef: RefObject<HTMLHeadingElement | null>;
}) {
  const { path, owner, generation } = barrier;
  return (
    <section aria-label={`Barrier ${path}`} className="flex min-h-0 flex-1 flex-col gap-4 overflow-auto p-3">
      <div className="flex flex-wrap items-center gap-2">
        <h2 ref={headingRef} tabIndex={-1} className="min-w-0 font-mono text-lg font-semibold break-all">
          {path}
        </h2>
        <BarrierState barrier={barrier} />
        <div className="ml-auto flex flex-wrap gap-1.5">
          <Actions barrier={barrier} />
        </div>
      </div>
      <div>
        <div className="flex items-center gap-3">
          <div className="w-56">
            <ArrivalGauge barrier={barrier} />
          </div>
          <span className="font-medium">{arrivedText(barrier)}</span>
        </div>
        <p className="mt-1 text-soft">{missingText(barrier)}</p>
      </div>
      <Facts>
        <Fact label="Generation">
          <span className="font-mono">{generation}</span>
        </Fact>
        <Fact label="Needs">{thresholdText(barrier)}</Fact>
        <Fact label="Timeout">{timeoutText(barrier)}</Fact>
        <Fact label="If one dies">{onDeathText(barrier)}</Fact>
        <Fact label="Made by">{owner === '' ? <span className="text-faint">not said</span> : owner}</Fact>
      </Facts>
      <CascadeView path={path} />
      <TakePart barrier={barrier} />
      <Members barrier={barrier} />
      <Endings path={path} />
      <BarrierDialogs barrier={barrier} />
    </section>
  );
}

function Actions({ barrier: { path, state } }: { readonly barrier: BarrierView }) {
  const refusal = useWriteRefusal();
  const [busy, setBusy] = useState(false);
  const reset = async (): Promise<void> => {
    setBusy(true);
    await resetBarrier(path);
    setBusy(false);
  };
  return (
    <>
      {state === 'broken' ? (
        <Button icon={RotateCcw} busy={busy} refusal={refusal} onClick={() => void reset()}>
          Reset
        </Button>
      ) : (
        <Button icon={Unlink} refusal={refusal} onClick={() => ask('break')}>
          Break…
        </Button>
      )}
      <Button variant="danger" icon={Trash2} refusal={refusal} onClick={() => ask('delete')}>
        Delete…
      </Button>
    </>
  );
}

function Members({ barrier: { members, isOpen } }: { readonly barrier: BarrierView }) {
  const refusal = useWriteRefusal();
  return (
    <DetailSection
      title={members.length === 0 ? 'Members' : `Members: ${members.length}`}
      actions={
        <Button icon={UsersRound} refusal={refusal} onClick={() => ask('members')}>
          Change…
        </Button>
      }
    >
      {members.length === 0 ? (
        <p className="text-soft">
          {isOpen
            ? 'None are named: whoever arrives takes part until the release.'
            : 'None: add sessions that take part.'}
        </p>
      ) : (
        <SmallTable
          label="Members"
          head={['State', 'Who', 'Arrived']}
          rows={members}
          idOf={({ sessionId }) => sessionId}
        >
          {({ sessionId, owner, hasArrived, arrivedMs, isPassing }) => (
            <>
              <td className="w-28">
                <MemberState hasArrived={hasArrived} />
              </td>
              <td>
                <span className="flex items-center gap-1.5">
                  <SessionName sessionId={sessionId} owner={owner} />
                  {isPassing ? <Badge>only passing</Badge> : null}
                </span>
              </td>
              <td className="w-28 text-soft">{hasArrived ? <Ago atMs={arrivedMs} /> : '–'}</td>
            </>
          )}
        </SmallTable>
      )}
    </DetailSection>
  );
}

const NO_ENDINGS: readonly BarrierEnding[] = [];

function Endings({ path }: { readonly path: string }) {
  const endings = useBarriers((state) => state.endings.get(path) ?? NO_ENDINGS);
  return (
    <DetailSection title="Releases and breaks seen in this window">
      {endings.length === 0 ? (
        <p className="text-soft">None yet: no generation has ended while somebody looked.</p>
      ) : (
        <SmallTable
          label="Releases and breaks"
          head={['Generation', 'Ended', 'How', 'Slot', 'When']}
          rows={endings}
          idOf={({ state, slot }) => `${state} ${slot}`}
        >
          {(ending) => (
            <>
              <td className="font-mono">{ending.generation}</td>
              <td className={ending.state === 'released' ? 'text-good' : 'text-bad'}>{ending.state}</td>
              <td className="break-words">{endingText(ending)}</td>
              <td>
                <SlotLink slot={ending.slot} />
              </td>
              <td className="whitespace-nowrap text-soft">
                <Ago atMs={ending.atMs} />
              </td>
            </>
          )}
        </SmallTable>
      )}
      {endings.length < ENDINGS_KEPT ? null : (
        <p className="text-sm text-faint">The newest {ENDINGS_KEPT} are kept here.</p>
      )}
    </DetailSection>
  );
}
