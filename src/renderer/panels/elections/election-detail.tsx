import { History } from 'lucide-react';
import type { RefObject } from 'react';
import type { ElectionView } from '../../../contract/index.ts';
import { SessionName } from '../../acting/session-name.tsx';
import { navigate } from '../../navigation/navigation-store.ts';
import { Button } from '../../ui/button.tsx';
import { Copyable } from '../../ui/copyable.tsx';
import { DetailSection, Fact, Facts } from '../../ui/facts.tsx';
import { SlotLink } from '../../ui/slot-link.tsx';
import { SmallTable } from '../../ui/small-table.tsx';
import { Ago, ClockTime } from '../../ui/time.tsx';
import { ElectionState } from './election-row.tsx';
import { endText } from './election-words.ts';
import { useElections } from './elections-store.ts';
import { TakePart } from './take-part.tsx';
import { type SeenTenure, TENURES_KEPT } from './tenures.ts';

/** One election: who is elected, who is in line, how tenures ended, and what can be done in it. */
export function ElectionDetail({
  election,
  headingRef,
}: {
  readonly election: ElectionView;
  readonly headingRef: RefObject<HTMLHeadingElement | null>;
}) {
  const { path, state } = election;
  return (
    <section aria-label={`Election ${path}`} className="flex min-h-0 flex-1 flex-col gap-4 overflow-auto p-3">
      <div className="flex flex-wrap items-center gap-2">
        <h2 ref={headingRef} tabIndex={-1} className="min-w-0 font-mono text-lg font-semibold break-all">
          {path}
        </h2>
        <ElectionState state={state} />
        <Button
          icon={History}
          className="ml-auto"
          onClick={() => navigate('keys', { path: `/_internal/elections${path}`, tab: 'history' })}
        >
          Its record in Keys
        </Button>
      </div>
      <Facts>
        <WinnerFacts election={election} />
      </Facts>
      <TakePart election={election} />
      <Line election={election} />
      <Tenures path={path} />
    </section>
  );
}

function WinnerFacts({ election }: { readonly election: ElectionView }) {
  const { state, sessionId, owner, value, tenure, sinceMs, ended } = election;
  return (
    <>
      <Fact label="Winner">
        {state === 'held' ? <SessionName sessionId={sessionId} owner={owner} /> : <Faint>nobody</Faint>}
      </Fact>
      <Fact label="Value">
        {state === 'vacant' || value === '' ? <Faint>none</Faint> : <Copyable mono text={value} label="value" />}
      </Fact>
      <Fact label="Tenure">{state === 'held' ? <SlotLink slot={tenure} /> : <Faint>none now</Faint>}</Fact>
      <Fact label="Since">
        {state === 'held' ? (
          <>
            <ClockTime atMs={sinceMs} />, <Ago atMs={sinceMs} />
          </>
        ) : (
          <Faint>–</Faint>
        )}
      </Fact>
      <Fact label="The one before">
        {ended === null ? (
          <Faint>there was none</Faint>
        ) : (
          <>
            tenure {ended.tenure}: {endText(ended.kind)} in slot <SlotLink slot={ended.slot} />,{' '}
            <Ago atMs={ended.atMs} />
          </>
        )}
      </Fact>
    </>
  );
}

function Line({ election: { queue, state } }: { readonly election: ElectionView }) {
  return (
    <DetailSection title={queue.length === 0 ? 'In line' : `In line: ${queue.length}`}>
      {queue.length === 0 ? (
        <p className="text-soft">Nobody waits{state === 'held' ? ': when this tenure ends, it is vacant' : ''}.</p>
      ) : (
        <SmallTable
          label="In line"
          head={['Place', 'Who', 'Value', 'Waits since']}
          rows={queue}
          idOf={({ candidacy }) => candidacy}
        >
          {({ sessionId, owner, value, queuedMs }, index) => (
            <>
              <td className="font-mono">{index + 1}.</td>
              <td className="max-w-40">
                <SessionName sessionId={sessionId} owner={owner} />
              </td>
              <td className="min-w-28 font-mono wrap-anywhere">{value || <Faint>none</Faint>}</td>
              <td className="whitespace-nowrap text-soft">
                <Ago atMs={queuedMs} />
              </td>
            </>
          )}
        </SmallTable>
      )}
    </DetailSection>
  );
}

const NO_TENURES: readonly SeenTenure[] = [];

function Tenures({ path }: { readonly path: string }) {
  const tenures = useElections((state) => state.tenures.get(path) ?? NO_TENURES);
  return (
    <DetailSection title="Tenures seen in this window">
      {tenures.length === 0 ? (
        <p className="text-soft">None yet. From now on each one is kept here, until the page is loaded again.</p>
      ) : (
        <SmallTable
          label="Tenures"
          head={['Tenure', 'Winner', 'Value', 'Began', 'How it ended']}
          rows={tenures}
          idOf={({ tenure }) => tenure}
        >
          {(tenure) => <TenureCells tenure={tenure} />}
        </SmallTable>
      )}
      {tenures.length < TENURES_KEPT ? null : (
        <p className="text-sm text-faint">
          The newest {TENURES_KEPT} are kept here; its record in Keys has the others.
        </p>
      )}
    </DetailSection>
  );
}

function TenureCells({ tenure: { tenure, sessionId, owner, value, sinceMs, ended } }: { readonly tenure: SeenTenure }) {
  return (
    <>
      <td>
        <SlotLink slot={tenure} />
      </td>
      <td className="max-w-40">
        <SessionName sessionId={sessionId} owner={owner} />
      </td>
      <td className="min-w-28 font-mono wrap-anywhere">
        {value === undefined ? <Faint>not seen</Faint> : value || <Faint>none</Faint>}
      </td>
      <td className="whitespace-nowrap text-soft">{sinceMs === 0 ? 'before' : <Ago atMs={sinceMs} />}</td>
      <td className="text-soft">
        {ended === undefined ? (
          <span className="font-medium text-good">lasts</span>
        ) : (
          <>
            {endText(ended.kind)}
            {ended.kind === 'unseen' ? null : (
              <>
                {' '}
                <Ago atMs={ended.atMs} />
              </>
            )}
          </>
        )}
      </td>
    </>
  );
}

function Faint({ children }: { readonly children: string }) {
  return <span className="text-faint">{children}</span>;
}
