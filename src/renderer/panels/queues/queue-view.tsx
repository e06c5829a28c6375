import { Hammer, Trash2 } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import type { EntryList, EntryState, QueueView as Queue } from '../../../contract/index.ts';
import { useActorRefusal } from '../../acting/acting-store.ts';
import { useWriteRefusal } from '../../cell/cell-store.ts';
import { useFollow } from '../../connection/follow.ts';
import { replaceQuery, useNavigation } from '../../navigation/navigation-store.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { classes } from '../../ui/classes.ts';
import { Copyable } from '../../ui/copyable.tsx';
import { TextInput } from '../../ui/field.tsx';
import { Empty, ErrorNote, Waiting } from '../../ui/notes.tsx';
import { countText } from '../../ui/numbers.ts';
import { WhyNot } from '../../ui/why-not.tsx';
import { EntryDetail } from './entry-detail.tsx';
import { PAGE, PAGE_ENTRIES, pageText } from './entry-page.ts';
import { ENTRY_STATES, formatStates, OPEN_STATES, parseStates, STATE_LOOKS, toggleState } from './entry-states.ts';
import { EntryTable } from './entry-table.tsx';
import { ask, entriesEnded, entriesTold, forgetEntries, useQueues } from './queues-store.ts';

/** One queue: what of it is shown, its entries a page at a time, and the one that is chosen. */
export function QueueView({ path, selected }: { readonly path: string; readonly selected: number }) {
  const statesText = useNavigation(({ query }) => query.states ?? '');
  const after = useNavigation(({ query }) => Number(query.after) || 0);
  const states = parseStates(statesText);
  useFollow<EntryList>(
    {
      open: (operator, signal) =>
        operator.queues.watchEntries({ path, states: [...states], ...PAGE, after }, { signal }),
      onEvent: (list) => entriesTold({ ...list, after, states }),
      onEnd: entriesEnded,
    },
    [path, statesText, after],
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: another queue has other entries
  useEffect(() => forgetEntries, [path]);
  const toldQueue = useQueues((state) => state.listed?.queue);
  const queue = useQueues((state) => state.queues.find((one) => one.path === path)) ?? toldQueue ?? undefined;
  const heading = useRef<HTMLHeadingElement>(null);
  return (
    <section aria-label={`Queue ${path}`} className="flex min-h-0 min-w-0 flex-1 flex-col">
      <QueueHead path={path} queue={queue} />
      {queue === undefined ? null : <StateFilter queue={queue} states={states} />}
      <div className="flex min-h-0 flex-1">
        <div className="flex min-h-0 min-w-0 flex-1 flex-col">
          <Entries path={path} selected={selected} onOpen={() => heading.current?.focus()} />
        </div>
        {selected === 0 ? null : (
          <EntryDetail key={`${path} ${selected}`} path={path} seq={selected} headingRef={heading} />
        )}
      </div>
    </section>
  );
}

function Entries({
  path,
  selected,
  onOpen,
}: {
  readonly path: string;
  readonly selected: number;
  readonly onOpen: () => void;
}) {
  const listed = useQueues((state) => state.listed);
  const problem = useQueues((state) => state.listProblem);
  if (listed === undefined) {
    return problem === undefined ? <Waiting>Asking for the entries of {path}…</Waiting> : <ErrorNote error={problem} />;
  }
  const { after, states } = listed;
  return (
    <>
      {problem === undefined ? null : <ErrorNote error={problem} />}
      {listed.queue === null ? (
        <Empty title={`There is no queue ${path}`}>It is made by its first entry, and gone when it is deleted.</Empty>
      ) : listed.entries.length === 0 ? (
        <NoEntries after={after} states={states} counts={listed.queue.counts} />
      ) : (
        <>
          <EntryTable key={after} path={path} entries={listed.entries} selected={selected} onOpen={onOpen} />
          <Pager list={listed} after={after} isDoneShown={states.includes('done')} />
        </>
      )}
    </>
  );
}

function QueueHead({ path, queue }: { readonly path: string; readonly queue: Queue | undefined }) {
  const refusal = useWriteRefusal();
  const actorRefusal = useActorRefusal();
  return (
    <div className="flex items-center gap-2 border-b border-line px-3 py-1.5">
      <h2 className="min-w-0 flex-1 font-mono font-semibold">
        <Copyable mono whole text={path} label="path of the queue" />
      </h2>
      <WhyNot refusal={actorRefusal} />
      <Button icon={Hammer} refusal={actorRefusal} onClick={() => ask({ kind: 'claim', path })}>
        Claim
      </Button>
      <IconButton
        icon={Trash2}
        label="Delete this queue"
        refusal={refusal || (queue === undefined ? 'there is no such queue' : '')}
        onClick={() => ask({ kind: 'delete', path })}
      />
    </div>
  );
}

/** How many entries are in which state, and which of them are listed. */
function StateFilter({ queue, states }: { readonly queue: Queue; readonly states: readonly EntryState[] }) {
  const show = (next: readonly EntryState[]): void => replaceQuery({ states: formatStates(next), after: '' });
  return (
    <fieldset className="flex flex-wrap items-center gap-1 border-b border-line px-3 py-1.5">
      <legend className="sr-only">Entries shown, by state</legend>
      {ENTRY_STATES.map((state) => {
        const { icon: Icon, fill, about } = STATE_LOOKS[state];
        const isShown = states.includes(state);
        return (
          <button
            key={state}
            type="button"
            aria-pressed={isShown}
            title={about}
            onClick={() => show(toggleState(states, state))}
            className={classes(
              'inline-flex h-6 items-center gap-1.5 rounded-md border px-1.5 text-sm',
              isShown ? 'border-line-strong bg-selected' : 'border-line text-faint hover:bg-hover',
            )}
          >
            <span aria-hidden className={classes('size-2 rounded-[2px]', fill)} />
            <Icon aria-hidden size={12} className="shrink-0" />
            {state}
            <span className="min-w-4 text-right font-mono">{countText(queue.counts[state])}</span>
          </button>
        );
      })}
    </fieldset>
  );
}

function NoEntries({
  after,
  states,
  counts,
}: {
  readonly after: number;
  readonly states: readonly EntryState[];
  readonly counts: Queue['counts'];
}) {
  const isFiltered = states.length < ENTRY_STATES.length;
  const all = (
    <Button onClick={() => replaceQuery({ states: formatStates(ENTRY_STATES), after: '' })}>Show all states</Button>
  );
  if (after > 0) {
    return (
      <Empty
        title={`No entry follows number ${after}`}
        action={<Button onClick={() => replaceQuery({ after: '' })}>Show the first ones</Button>}
      >
        {isFiltered ? `None that is ${states.join(' or ')}.` : 'It is the end of the queue.'}
      </Empty>
    );
  }
  const isAllDone = OPEN_STATES.every((state) => counts[state] === 0) && counts.done > 0;
  return (
    <Empty title={isAllDone ? 'Everything is done' : 'No entry is listed'} action={isFiltered ? all : undefined}>
      {isFiltered
        ? `No entry is ${states.join(' or ')} now; it shows up here when one is.`
        : 'The newest entries that are done are kept to be looked at; these have been forgotten.'}
    </Empty>
  );
}

function Pager({
  list,
  after,
  isDoneShown,
}: {
  readonly list: EntryList;
  readonly after: number;
  readonly isDoneShown: boolean;
}) {
  const [text, setText] = useState('');
  const last = list.entries.at(-1)!.seq;
  return (
    <div className="flex min-h-9 shrink-0 flex-wrap items-center gap-2 border-t border-line bg-canvas px-3 py-1 text-sm text-soft">
      <span className="min-w-0 flex-1">{pageText(list, after, isDoneShown)}</span>
      {after > 0 || list.more ? (
        <>
          <form
            onSubmit={(event) => {
              event.preventDefault();
              if (/^\d+$/.test(text)) replaceQuery({ after: String(Math.max(0, Number(text) - 1)) });
            }}
          >
            <TextInput
              aria-label="Show entries from number"
              placeholder="From number"
              inputMode="numeric"
              value={text}
              onChange={(event) => setText(event.target.value.trim())}
              className="w-28"
            />
          </form>
          <Button disabled={after === 0} onClick={() => replaceQuery({ after: '' })}>
            First
          </Button>
          <Button disabled={!list.more} onClick={() => replaceQuery({ after: String(last) })}>
            Next {PAGE_ENTRIES}
          </Button>
        </>
      ) : null}
    </div>
  );
}
