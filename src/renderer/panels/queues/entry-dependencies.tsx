import { useCallback, useEffect, useState } from 'react';
import type { EntryState, EntryView } from '../../../contract/index.ts';
import { client } from '../../connection/connection-store.ts';
import { useLoad } from '../../connection/load.ts';
import { replaceQuery } from '../../navigation/navigation-store.ts';
import { Button } from '../../ui/button.tsx';
import { DetailSection } from '../../ui/facts.tsx';
import { ErrorNote } from '../../ui/notes.tsx';
import { countText } from '../../ui/numbers.ts';
import { type Dependency, type Dependents, NOT_SEARCHED, searchDependents, statesOf } from './dependencies.ts';
import { STATE_LOOKS } from './entry-states.ts';
import { useQueues } from './queues-store.ts';

/** What an entry waits for, and what waits for it: each one click away. */
export function EntryDependencies({ path, entry }: { readonly path: string; readonly entry: EntryView }) {
  return (
    <>
      {entry.after.length === 0 ? null : <WaitsFor path={path} entry={entry} />}
      {entry.state === 'done' ? null : <WaitingForIt key={`${path} ${entry.seq}`} path={path} seq={entry.seq} />}
    </>
  );
}

function WaitsFor({ path, entry: { seq, after, open, state } }: { readonly path: string; readonly entry: EntryView }) {
  const counts = useQueues((told) => JSON.stringify(told.queues.find((queue) => queue.path === path)?.counts));
  const { data, error, reload } = useLoad(
    (_client, signal) => statesOf(after, askEntries(path, signal)),
    [path, seq, open, counts],
  );
  const title = state === 'waiting' ? `Waits for ${open} of ${after.length}` : 'Came after';
  const isCurrent = data?.length === after.length && data.every((one) => after.includes(one.seq));
  return (
    <DetailSection title={title}>
      {error === undefined ? null : <ErrorNote error={error} onRetry={reload} />}
      <ul aria-label={title} className="flex max-h-40 flex-wrap gap-1 overflow-y-auto">
        {(isCurrent ? data : after.map((one) => ({ seq: one, state: undefined }))).map((one) => (
          <li key={one.seq}>
            <EntryChip {...one} />
          </li>
        ))}
      </ul>
    </DetailSection>
  );
}

function WaitingForIt({ path, seq }: { readonly path: string; readonly seq: number }) {
  const waiting = useQueues((told) => told.queues.find((queue) => queue.path === path)?.counts.waiting ?? 0);
  const [found, setFound] = useState<Dependents>(NOT_SEARCHED);
  const [error, setError] = useState<unknown>();
  const search = useCallback(
    async (before: Dependents, signal: AbortSignal | undefined): Promise<void> => {
      try {
        const next = await searchDependents(seq, before, askEntries(path, signal));
        if (signal?.aborted === true) return;
        setFound(next);
        setError(undefined);
      } catch (failed) {
        if (signal?.aborted !== true) setError(failed);
      }
    },
    [path, seq],
  );
  // Who waits changes with the number of those that wait.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the number is what it depends on
  useEffect(() => {
    const stop = new AbortController();
    void search(NOT_SEARCHED, stop.signal);
    return () => stop.abort();
  }, [search, waiting]);
  const isWhole = found.next === undefined;
  return (
    <DetailSection title="Waiting for it">
      {error === undefined ? null : <ErrorNote error={error} />}
      {found.entries.length > 0 ? (
        <ul aria-label="Waiting for it" className="flex max-h-40 flex-wrap gap-1 overflow-y-auto">
          {found.entries.map((entry) => (
            <li key={entry.seq}>
              <EntryChip seq={entry.seq} state={entry.state} />
            </li>
          ))}
        </ul>
      ) : isWhole ? (
        <p className="text-sm text-faint">No entry waits for it.</p>
      ) : null}
      {isWhole || found.searched === 0 ? null : (
        <div className="flex items-center gap-2 text-sm text-soft">
          {countText(found.searched)} of {countText(waiting)} waiting entries were looked at.
          <Button onClick={() => void search(found, undefined)}>Look further</Button>
        </div>
      )}
    </DetailSection>
  );
}

function EntryChip({ seq, state }: { readonly seq: number; readonly state: Dependency['state'] | undefined }) {
  const Icon = state === undefined || state === 'gone' ? undefined : STATE_LOOKS[state].icon;
  return (
    <button
      type="button"
      title={state === 'gone' ? 'It was done long ago, or taken out, which counts as done.' : `Open entry ${seq}`}
      onClick={() => replaceQuery({ entry: String(seq) })}
      className="inline-flex h-6 items-center gap-1 rounded-md border border-line px-1.5 text-sm hover:bg-hover"
    >
      <span className="font-mono font-medium">{seq}</span>
      {Icon === undefined ? null : <Icon aria-hidden size={12} />}
      <span className="text-soft">{state ?? '…'}</span>
    </button>
  );
}

function askEntries(path: string, signal: AbortSignal | undefined) {
  const options = signal === undefined ? {} : { signal };
  return (after: number, limit: number, states: EntryState[]) =>
    client().queues.entries({ path, after, limit, states, quorum: 'local' }, options);
}
