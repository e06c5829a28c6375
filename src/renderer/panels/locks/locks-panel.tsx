import { LockKeyhole } from 'lucide-react';
import { useCallback, useEffect, useRef, useState } from 'react';
import type { LockTree, LockView } from '../../../contract/index.ts';
import { ActingAs } from '../../acting/acting-as.tsx';
import { useWriteRefusal } from '../../cell/cell-store.ts';
import { useFollow } from '../../connection/follow.ts';
import { replaceQuery, useNavigation } from '../../navigation/navigation-store.ts';
import { Button } from '../../ui/button.tsx';
import { ErrorNote, Waiting } from '../../ui/notes.tsx';
import { countText } from '../../ui/numbers.ts';
import { PanelHeader } from '../../ui/panel-header.tsx';
import { Segmented } from '../../ui/segmented.tsx';
import { Split } from '../../ui/split.tsx';
import { AcquireDialog } from './acquire-dialog.tsx';
import { CountedBy } from './countdown-bar.tsx';
import { ForceDialog } from './force-dialog.tsx';
import { LockList } from './lock-list.tsx';
import { ask, askNothing, locksTold, useLock, useLocks } from './locks-store.ts';
import { SelectedLock } from './selected-lock.tsx';
import { useCountdowns } from './use-countdowns.ts';
import { WaitsView } from './waits-view.tsx';

const NONE: readonly LockView[] = [];

/** Who holds which lock, for how long still, and who waits; and taking part in it. */
export function LocksPanel() {
  const tree = useLocks((state) => state.tree);
  const error = useLocks((state) => state.error);
  const prefix = useLocks((state) => state.prefix);
  const withFree = useLocks((state) => state.withFree);
  const asked = useLocks((state) => state.asked);
  const selected = useNavigation(({ query }) => query.path ?? '');
  const view = useNavigation(({ query }) => (query.view === 'waits' ? 'waits' : 'locks'));
  const refusal = useWriteRefusal();
  const [shown, setShown] = useState(NONE);
  const heading = useRef<HTMLHeadingElement>(null);
  const lock = useLock(selected);
  useFollow<LockTree>(
    {
      open: (operator, signal) => operator.locks.watch({ prefix, withFree }, { signal }),
      onEvent: locksTold,
      onEnd: (failed) => failed !== undefined && useLocks.setState({ error: failed }),
    },
    [prefix, withFree],
  );
  useCountdowns(view === 'locks' ? shown : NONE, lock);
  // A question that nobody answered does not come back with the panel.
  useEffect(() => askNothing, []);
  const select = useCallback((path: string) => replaceQuery({ path }), []);
  return (
    <>
      <PanelHeader title="Locks" about={tree === undefined ? undefined : aboutText(tree)}>
        <Segmented
          label="What is shown"
          value={view}
          choices={[
            { value: 'locks', label: 'Locks' },
            { value: 'waits', label: 'Who waits for whom' },
          ]}
          onChange={(next) => replaceQuery({ view: next === 'waits' ? 'waits' : '' })}
        />
        <ActingAs />
        <Button
          variant="primary"
          icon={LockKeyhole}
          refusal={refusal}
          onClick={() => ask({ kind: 'acquire', path: selected })}
        >
          Acquire a lock
        </Button>
      </PanelHeader>
      {tree === undefined && error !== undefined ? (
        <ErrorNote error={error} />
      ) : tree === undefined ? (
        <Waiting>Asking the agent for the locks…</Waiting>
      ) : view === 'waits' ? (
        <WaitsView tree={tree} />
      ) : (
        <Split
          name="locks"
          initial={660}
          min={520}
          first={
            <>
              <LockList
                tree={tree}
                selected={selected}
                onSelect={select}
                onOpen={() => heading.current?.focus()}
                onShown={setShown}
              />
              <div className="flex h-7 shrink-0 items-center border-t border-line px-3 text-sm text-faint">
                <span className="truncate">
                  <CountedBy />
                </span>
              </div>
            </>
          }
          second={<SelectedLock path={selected} lock={lock} slot={tree.slot} headingRef={heading} />}
        />
      )}
      {asked.kind === 'acquire' ? <AcquireDialog path={asked.path} /> : null}
      {asked.kind === 'force' ? <ForceDialog lock={asked.lock} /> : null}
    </>
  );
}

function aboutText({ locks }: LockTree): string {
  const held = locks.filter(({ state }) => state === 'held').length;
  const waiting = locks.reduce((sum, { queue }) => sum + queue.length, 0);
  return `${countText(held)} held · ${countText(waiting)} ${waiting === 1 ? 'waits' : 'wait'}`;
}
