import { LockKeyhole } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import type { LockTree } from '../../../contract/index.ts';
import { useWriteRefusal } from '../../cell/cell-store.ts';
import { Button } from '../../ui/button.tsx';
import { Checkbox, TextInput } from '../../ui/field.tsx';
import { Empty } from '../../ui/notes.tsx';
import { LockTreeView, type LockTreeViewProps } from './lock-tree-view.tsx';
import { ask, askNothing, listLocks, useLocks } from './locks-store.ts';

/** So long nobody types before another list is asked for. */
const TYPED_MS = 250;

export function LockList({
  tree,
  ...view
}: Omit<LockTreeViewProps, 'locks'> & {
  readonly tree: LockTree;
}) {
  const withFree = useLocks((state) => state.withFree);
  const prefix = useLocks((state) => state.prefix);
  const [typed, setTyped] = useState(prefix);
  const refusal = useWriteRefusal();
  const filter = useRef<HTMLInputElement>(null);
  const isFinding = useLocks(({ asked }) => asked.kind === 'find');
  useEffect(() => {
    if (!isFinding) return;
    filter.current?.focus();
    askNothing();
  }, [isFinding]);
  useEffect(() => {
    const timer = setTimeout(() => listLocks({ prefix: typed.trim() }), TYPED_MS);
    return () => clearTimeout(timer);
  }, [typed]);
  return (
    <>
      <div className="flex h-10 shrink-0 items-center gap-3 border-b border-line px-3">
        <TextInput
          ref={filter}
          mono
          aria-label="Only locks whose path begins with"
          placeholder="Path begins with…"
          className="flex-1"
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
        />
        <Checkbox
          label={<span title="As far as the cell remembers them: at least the last 1 024">Free ones too</span>}
          checked={withFree}
          onChange={(next) => listLocks({ withFree: next })}
        />
      </div>
      {tree.locks.length > 0 ? (
        <LockTreeView locks={tree.locks} {...view} />
      ) : prefix === '' ? (
        <Empty
          icon={LockKeyhole}
          title={withFree ? 'No lock has been asked for yet' : 'Nobody holds or wants a lock'}
          action={
            <Button refusal={refusal} onClick={() => ask({ kind: 'acquire', path: '' })}>
              Acquire a lock
            </Button>
          }
        >
          Every path with a segment _lockable is a lock. Who holds one, for how long still, and who waits is listed
          here.
        </Empty>
      ) : (
        <Empty title="No lock begins with it" action={<Button onClick={() => setTyped('')}>Show all</Button>}>
          {withFree ? 'Free ones have been looked at too.' : 'Free ones have not been looked at.'}
        </Empty>
      )}
    </>
  );
}
