import { LockKeyhole, LockOpen } from 'lucide-react';
import { type RefObject, useRef } from 'react';
import type { LockView } from '../../../contract/index.ts';
import { useWriteRefusal } from '../../cell/cell-store.ts';
import { useLoad } from '../../connection/load.ts';
import { Button } from '../../ui/button.tsx';
import { Empty, ErrorNote, Waiting } from '../../ui/notes.tsx';
import { LockDetail } from './lock-detail.tsx';
import { lockPathProblem } from './lock-paths.ts';
import { ask } from './locks-store.ts';

/** The lock that the address names, whether it is listed or not. */
export function SelectedLock({
  path,
  lock,
  slot,
  headingRef,
}: {
  readonly path: string;
  readonly lock: LockView | undefined;
  /** What the list was told as of: an unlisted lock may have changed since. */
  readonly slot: number;
  readonly headingRef: RefObject<HTMLHeadingElement | null>;
}) {
  const isUnlisted = path !== '' && lock === undefined;
  const { data, error, reload } = useLoad(
    (operator, signal) => operator.locks.list({ prefix: path, withFree: true, quorum: 'local' }, { signal }),
    [path, slot],
    isUnlisted && lockPathProblem(path) === '',
  );
  const refusal = useWriteRefusal();
  // One that has left the list stays as it was until it is told how it is now: what was typed beside it is kept.
  const last = useRef<{ readonly lock: LockView; readonly slot: number }>(undefined);
  if (lock !== undefined) last.current = { lock, slot };
  const listed = last.current?.lock.path === path ? last.current : undefined;
  const loaded = data?.locks.find((known) => known.path === path);
  const shown = data !== undefined && data.slot > (listed?.slot ?? 0) ? loaded : listed?.lock;
  if (path === '') {
    return (
      <Empty icon={LockKeyhole} title="No lock is chosen">
        Choose one on the left to see who holds it, who waits and how its last hold ended, and to take part.
      </Empty>
    );
  }
  if (shown !== undefined) return <LockDetail key={path} lock={shown} headingRef={headingRef} />;
  if (error !== undefined) return <ErrorNote error={error} onRetry={reload} />;
  const problem = lockPathProblem(path);
  if (problem === '' && data === undefined) return <Waiting>Asking for this lock…</Waiting>;
  return (
    <Empty
      icon={LockOpen}
      title={problem === '' ? 'Nobody holds this lock' : 'This is no lock'}
      action={
        problem === '' ? (
          <Button variant="primary" refusal={refusal} onClick={() => ask({ kind: 'acquire', path })}>
            Acquire it
          </Button>
        ) : undefined
      }
    >
      <span className="font-mono break-all">{path}</span>
      <br />
      {problem === '' ? 'Nothing is remembered of it.' : problem}
    </Empty>
  );
}
