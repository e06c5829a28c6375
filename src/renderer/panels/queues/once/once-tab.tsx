import { BadgeCheck } from 'lucide-react';
import { useEffect, useRef } from 'react';
import type { OnceList, OnceWork } from '../../../../contract/index.ts';
import { useActorRefusal, useNameOfSession } from '../../../acting/acting-store.ts';
import { AsWhom } from '../../../acting/as-whom.tsx';
import { useWriteRefusal } from '../../../cell/cell-store.ts';
import { useFollow } from '../../../connection/follow.ts';
import { replaceQuery, useNavigation } from '../../../navigation/navigation-store.ts';
import { Badge } from '../../../ui/badge.tsx';
import { Button } from '../../../ui/button.tsx';
import { TextInput } from '../../../ui/field.tsx';
import { Empty, ErrorNote, Waiting } from '../../../ui/notes.tsx';
import { countText } from '../../../ui/numbers.ts';
import { RowCell, RowGrid } from '../../../ui/row-grid.tsx';
import { Segmented } from '../../../ui/segmented.tsx';
import { Ago } from '../../../ui/time.tsx';
import { WhyNot } from '../../../ui/why-not.tsx';
import { OnceDetail } from './once-detail.tsx';
import { askOnce, forgetOnce, onceEnded, onceTold, useOnce } from './once-store.ts';
import { ONCE_FILTERS, ONCE_LOOKS, type OnceFilter, onceEndText, onceSinceMs, parseFilter } from './once-words.ts';

const PAGE_WORKS = 200;

/** Work that is done once, what waits for a person first. */
export function OnceTab() {
  const state = parseFilter(useNavigation(({ query }) => query.works ?? ''));
  const prefix = useNavigation(({ query }) => query.prefix ?? '');
  const after = useNavigation(({ query }) => query.workAfter ?? '');
  const selected = useNavigation(({ query }) => query.work ?? '');
  useFollow<OnceList>(
    {
      open: (operator, signal) => operator.once.watch({ prefix, state, after, limit: PAGE_WORKS }, { signal }),
      onEvent: (list) => onceTold({ ...list, prefix, state, after }),
      onEnd: onceEnded,
    },
    [prefix, state, after],
  );
  useEffect(() => forgetOnce, []);
  const heading = useRef<HTMLHeadingElement>(null);
  return (
    <div className="flex min-h-0 flex-1">
      <div className="flex min-h-0 min-w-0 flex-1 flex-col">
        <Bar state={state} prefix={prefix} />
        <Works selected={selected} onOpen={() => heading.current?.focus()} />
      </div>
      {selected === '' ? null : <OnceDetail key={selected} path={selected} headingRef={heading} />}
    </div>
  );
}

function Bar({ state, prefix }: { readonly state: OnceFilter; readonly prefix: string }) {
  return (
    <div className="flex flex-wrap items-center gap-2 border-b border-line px-3 py-1.5">
      <TextInput
        type="search"
        mono
        aria-label="Path begins with"
        placeholder="Path begins with /…"
        value={prefix}
        onChange={(event) => replaceQuery({ prefix: event.target.value, workAfter: '' })}
        className="w-64"
      />
      <Segmented<OnceFilter>
        label="Works shown"
        value={state}
        choices={ONCE_FILTERS}
        onChange={(works) => replaceQuery({ works: works === 'any' ? '' : works, workAfter: '' })}
      />
    </div>
  );
}

function Works({ selected, onOpen }: { readonly selected: string; readonly onOpen: () => void }) {
  const listed = useOnce((told) => told.listed);
  const problem = useOnce((told) => told.problem);
  if (listed === undefined) {
    return problem === undefined ? <Waiting>Asking for the works…</Waiting> : <ErrorNote error={problem} />;
  }
  const { works, more, prefix, state, after } = listed;
  return (
    <>
      {problem === undefined ? null : <ErrorNote error={problem} />}
      {works.length > 0 ? (
        <RowGrid
          key={after}
          label="Works"
          columns={COLUMNS}
          layout="grid-cols-[84px_minmax(96px,1fr)_minmax(64px,0.6fr)_52px_68px]"
          rows={works}
          idOf={pathOf}
          cells={cells}
          selected={selected}
          onSelect={select}
          onOpen={onOpen}
          rowHeight={44}
        />
      ) : (
        <NoWorks isFiltered={state !== 'any' || prefix !== '' || after !== ''} />
      )}
      {after !== '' || more ? (
        <div className="flex h-9 shrink-0 items-center gap-2 border-t border-line bg-canvas px-3 text-sm text-soft">
          <span className="min-w-0 flex-1 truncate">
            {countText(works.length)} works{after === '' ? '' : `, after ${after}`}
            {more ? '; more follow' : ''}
          </span>
          <Button disabled={after === ''} onClick={() => replaceQuery({ workAfter: '' })}>
            First
          </Button>
          <Button disabled={!more} onClick={() => replaceQuery({ workAfter: works.at(-1)?.path ?? '' })}>
            Next {PAGE_WORKS}
          </Button>
        </div>
      ) : null}
    </>
  );
}

function NoWorks({ isFiltered }: { readonly isFiltered: boolean }) {
  const refusal = useActorRefusal();
  const writeRefusal = useWriteRefusal();
  if (isFiltered) {
    return (
      <Empty
        title="No work matches"
        action={<Button onClick={() => replaceQuery({ works: '', prefix: '', workAfter: '' })}>Show all</Button>}
      >
        Of all works that the cell remembers, none is like this now. It shows up here when one is.
      </Empty>
    );
  }
  return (
    <Empty
      icon={BadgeCheck}
      title="No work is remembered"
      action={
        <div className="flex flex-col items-center gap-2">
          <Button refusal={refusal} onClick={() => askOnce({ kind: 'claim', path: '' })}>
            Claim work
          </Button>
          {writeRefusal === '' ? <AsWhom /> : <WhyNot refusal={writeRefusal} />}
        </div>
      }
    >
      A program claims work by its path, does it and records the result; whoever asks again is given that result. Work
      whose claimant died shows up here, for a person to say what became of it.
    </Empty>
  );
}

const COLUMNS = [
  { label: 'State' },
  { label: 'Work' },
  { label: 'Claimed by' },
  { label: 'Claims', right: true },
  { label: 'Since' },
] as const;
const pathOf = ({ path }: OnceWork): string => path;
const select = (work: string): void => replaceQuery({ work });

function cells(work: OnceWork) {
  const { path, state, owner, sessionId, claims, ended } = work;
  return (
    <>
      <RowCell>
        <OnceStateBadge state={state} />
      </RowCell>
      <RowCell below={ended === null || state === 'claimed' ? '' : onceEndText(ended)}>
        <span className="font-mono" title={path}>
          {path}
        </span>
      </RowCell>
      <RowCell>
        <Claimant sessionId={sessionId} owner={owner} />
      </RowCell>
      <RowCell right>
        <span className="font-mono">{countText(claims)}</span>
      </RowCell>
      <RowCell>
        <span className="text-sm text-faint">
          <Ago atMs={onceSinceMs(work)} />
        </span>
      </RowCell>
    </>
  );
}

function Claimant({ sessionId, owner }: Pick<OnceWork, 'sessionId' | 'owner'>) {
  return <span title={sessionId}>{useNameOfSession(sessionId, owner)}</span>;
}

export function OnceStateBadge({ state }: { readonly state: OnceWork['state'] }) {
  const { icon, tone, word } = ONCE_LOOKS[state];
  return (
    <Badge tone={tone} icon={icon}>
      {word}
    </Badge>
  );
}
