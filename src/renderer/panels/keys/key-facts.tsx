import type { ReactNode } from 'react';
import { classes } from '../../ui/classes.ts';
import { Copyable } from '../../ui/copyable.tsx';
import { bytesText } from '../../ui/numbers.ts';
import { SlotLink } from '../../ui/slot-link.tsx';
import { Ago } from '../../ui/time.tsx';
import { useEditor } from './value/editor-store.ts';

/** What is known of the open key, from when, and how sure it is. */
export function KeyFacts() {
  const loaded = useEditor((state) => state.loaded);
  const phase = useEditor((state) => state.phase);
  const isKey = loaded !== undefined && loaded.version > 0;
  return (
    <dl className="flex min-h-9 flex-wrap items-center gap-x-4 gap-y-0.5 border-b border-line px-3 py-1">
      {isKey ? (
        <>
          <Fact name="version">{loaded.version}</Fact>
          <Fact name="created">revision {loaded.createRevision}</Fact>
          <Fact name="changed">revision {loaded.modRevision}</Fact>
          <Fact name="size">{bytesText(loaded.sizeBytes)}</Fact>
          <Fact name="lease">
            {loaded.leaseId === '' ? (
              'none'
            ) : (
              <Copyable mono text={loaded.leaseId} shown={loaded.leaseId.slice(0, 12)} label="lease id" />
            )}
          </Fact>
        </>
      ) : null}
      {loaded === undefined ? null : (
        <>
          <Fact name="as of slot" isRight>
            <SlotLink slot={loaded.slot} />
          </Fact>
          <Fact name={loaded.quorum === undefined ? 'written' : 'read'}>
            <span className="inline-block min-w-14">{phase === 'loading' ? '…' : <Ago atMs={loaded.atMs} />}</span>
          </Fact>
        </>
      )}
    </dl>
  );
}

function Fact({
  name,
  isRight = false,
  children,
}: {
  readonly name: string;
  /** It and what follows stand at the right end. */
  readonly isRight?: boolean;
  readonly children: ReactNode;
}) {
  return (
    <div className={classes('flex items-baseline gap-1.5 whitespace-nowrap', isRight && 'ml-auto')}>
      <dt className="text-sm text-faint">{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
