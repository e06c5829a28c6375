import { X } from 'lucide-react';
import type { Ref } from 'react';
import type { EntryView, OperatorClient } from '../../../contract/index.ts';
import { useActing } from '../../acting/acting-store.ts';
import { SessionName } from '../../acting/session-name.tsx';
import { useLoad } from '../../connection/load.ts';
import { replaceQuery } from '../../navigation/navigation-store.ts';
import { IconButton } from '../../ui/button.tsx';
import { DetailSection, Fact, Facts } from '../../ui/facts.tsx';
import { Empty, ErrorNote, Waiting } from '../../ui/notes.tsx';
import { durationText } from '../../ui/numbers.ts';
import { SlotLink } from '../../ui/slot-link.tsx';
import { Ago, ClockTime } from '../../ui/time.tsx';
import { useEscape } from '../../ui/use-escape.ts';
import { ValueView } from '../keys/value/value-view.tsx';
import { EntryButtons } from './entry-buttons.tsx';
import { EntryDependencies } from './entry-dependencies.tsx';
import { EntryStateBadge } from './entry-table.tsx';
import { attemptsText, endText, readyMs } from './entry-words.ts';
import { LeaseLeft } from './lease-left.tsx';
import { useQueues } from './queues-store.ts';

type Contents = Awaited<ReturnType<OperatorClient['queues']['entry']>>;

const close = (): void => replaceQuery({ entry: '' });

/** One entry: what is to be done, how far it is, what came of it, and what can be done with it. */
export function EntryDetail({
  path,
  seq,
  headingRef,
}: {
  readonly path: string;
  readonly seq: number;
  readonly headingRef: Ref<HTMLHeadingElement>;
}) {
  const listed = useQueues((state) => state.listed?.entries.find((entry) => entry.seq === seq));
  // An entry that is not on the page that is listed changes with the counts of its queue.
  const counts = useQueues((state) => state.queues.find((queue) => queue.path === path)?.counts);
  const { data, error, reload } = useLoad<Contents>(
    (operator, signal) => operator.queues.entry({ path, seq }, { signal }),
    [path, seq, JSON.stringify(listed ?? counts)],
  );
  const ref = useEscape<HTMLElement>(close);
  // What was told of the entry before must not stand under the number of this one.
  const contents = data?.entry === null || data?.entry.seq === seq ? data : undefined;
  const entry = listed ?? contents?.entry ?? undefined;
  return (
    <aside
      ref={ref}
      aria-label={`Entry ${seq}`}
      className="flex w-[372px] shrink-0 flex-col overflow-y-auto border-l border-line bg-surface"
    >
      <header className="flex items-center gap-2 px-3 pt-2.5 pb-2">
        <h2 ref={headingRef} tabIndex={-1} className="text-lg font-semibold">
          Entry {seq}
        </h2>
        {entry === undefined ? null : <EntryStateBadge state={entry.state} />}
        <div className="ml-auto">
          <IconButton icon={X} label="Close the entry" onClick={close} />
        </div>
      </header>
      {error === undefined ? null : <ErrorNote error={error} onRetry={reload} />}
      {entry === undefined ? (
        contents === undefined ? (
          error === undefined ? (
            <Waiting>Reading the entry…</Waiting>
          ) : null
        ) : (
          <Empty title={`There is no entry ${seq}`}>It was done long ago, taken out, or has not been added yet.</Empty>
        )
      ) : (
        <div className="flex flex-col gap-4 px-3 pb-4">
          <EntryButtons path={path} entry={entry} />
          <EntryFacts path={path} entry={entry} />
          <EntryDependencies path={path} entry={entry} />
          {contents === undefined ? null : <Values contents={contents} state={entry.state} />}
        </div>
      )}
    </aside>
  );
}

interface EntryProps {
  readonly path: string;
  readonly entry: EntryView;
}

function EntryFacts({ path, entry }: EntryProps) {
  const { state, owner, assignee, sessionId, worker, token, delayMs, ended } = entry;
  return (
    <Facts>
      {state === 'claimed' ? (
        <>
          <Fact label="Worker">
            <SessionName sessionId={sessionId} owner={worker} />
          </Fact>
          <Fact label="Claimed">
            <Ago atMs={entry.claimedMs} /> · slot <SlotLink slot={entry.claimedSlot} />
          </Fact>
          <Fact label="Lasts">
            <HowLong path={path} entry={entry} />
          </Fact>
        </>
      ) : null}
      {token === 0 ? null : (
        <Fact label="Token">
          <span className="font-mono">{token}</span>
        </Fact>
      )}
      <Fact label="Attempts">{attemptsText(entry)}</Fact>
      {state === 'delayed' ? (
        <Fact label="Waits">
          {durationText(delayMs)}, not before <ClockTime atMs={readyMs(entry)} />
        </Fact>
      ) : null}
      <Fact label="After a failure">{backoffText(entry)}</Fact>
      {assignee === '' ? null : <Fact label="Only for">{assignee}</Fact>}
      <Fact label="Added">
        {owner === '' ? '' : `by ${owner}, `}
        <Ago atMs={entry.queuedMs} /> · slot <SlotLink slot={entry.queuedSlot} />
      </Fact>
      {ended === null ? null : (
        <Fact label="Last claim">
          {endText(ended)}
          {ended.worker === '' ? '' : ` (${ended.worker})`}, <Ago atMs={ended.atMs} /> · slot{' '}
          <SlotLink slot={ended.slot} />
        </Fact>
      )}
    </Facts>
  );
}

function HowLong({ path, entry }: EntryProps) {
  const { sessionId, leaseTtlMs, seq, token } = entry;
  const session = useActing((state) => state.participants.find((one) => one.sessionId === sessionId));
  const lease = session?.leases.find((one) => one.path === path && one.seq === seq && one.token === token);
  if (session !== undefined && lease !== undefined) return <LeaseLeft lease={lease} session={session} />;
  if (leaseTtlMs === 0) return 'as long as its session';
  return `${durationText(leaseTtlMs)} after each renewal, and not beyond its session`;
}

function backoffText({ backoffMs, backoffMaxMs }: EntryView): string {
  if (backoffMs === 0) return 'it can be claimed again at once';
  const most = backoffMaxMs === 0 ? '' : `, at most ${durationText(backoffMaxMs)}`;
  return `it waits ${durationText(backoffMs)}, then twice as long each time${most}`;
}

function Values({ contents, state }: { readonly contents: Contents; readonly state: EntryView['state'] }) {
  const { payload, progress, result } = contents;
  return (
    <>
      {payload === null ? null : <ValueView label="Payload" value={payload} />}
      {progress !== null ? (
        <ValueView label="Last checkpoint" value={progress} />
      ) : state === 'done' ? null : (
        <DetailSection title="Last checkpoint">
          <p className="text-sm text-faint">None yet: whoever claims it begins at the beginning.</p>
        </DetailSection>
      )}
      {result === null ? null : <ValueView label="Result" value={result} />}
    </>
  );
}
