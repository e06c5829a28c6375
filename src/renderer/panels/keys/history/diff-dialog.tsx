import { GitCompare } from 'lucide-react';
import { useState } from 'react';
import type { KeyItem } from '../../../../contract/index.ts';
import { useLoad } from '../../../connection/load.ts';
import { Button } from '../../../ui/button.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { ErrorNote } from '../../../ui/notes.tsx';
import { bytesOf, NO_BYTES, textOf } from '../bytes.ts';
import { ByteSummary } from '../value/byte-summary.tsx';
import { DiffView } from '../value/diff-view.tsx';
import { valueAt } from './history-store.ts';

/** What differs between two revisions of a key. */
export function DiffDialog({ path, revisions }: { readonly path: string; readonly revisions: readonly number[] }) {
  const [isOpen, setOpen] = useState(false);
  const [older = 0, newer = 0] = [...revisions].sort((left, right) => left - right);
  const { data, error, reload } = useLoad(
    async () => Promise.all([valueAt(path, older), valueAt(path, newer)]),
    [path, older, newer],
    isOpen,
  );
  return (
    <>
      <Button variant="primary" icon={GitCompare} onClick={() => setOpen(true)}>
        Compare
      </Button>
      <Dialog
        open={isOpen}
        onOpenChange={setOpen}
        size="full"
        title={`Revisions ${older} and ${newer}`}
        description={<span className="font-mono">{path}</span>}
      >
        {error === undefined ? null : <ErrorNote error={error} onRetry={reload} />}
        {data === undefined ? null : (
          <div className="flex h-full flex-col gap-1">
            <div className="grid grid-cols-2 font-semibold">
              <span>{nameOf(older, data[0])}</span>
              <span>{nameOf(newer, data[1])}</span>
            </div>
            <Difference left={data[0]} right={data[1]} />
          </div>
        )}
      </Dialog>
    </>
  );
}

function Difference({ left, right }: { readonly left: KeyItem | null; readonly right: KeyItem | null }) {
  const leftBytes = left === null ? NO_BYTES : bytesOf(left.value);
  const rightBytes = right === null ? NO_BYTES : bytesOf(right.value);
  const leftText = textOf(leftBytes);
  const rightText = textOf(rightBytes);
  if (leftText === undefined || rightText === undefined) {
    return <ByteSummary left={leftBytes} right={rightBytes} leftLabel="older" rightLabel="newer" />;
  }
  return <DiffView left={leftText} right={rightText} leftLabel="Older value" rightLabel="Newer value" />;
}

function nameOf(revision: number, item: KeyItem | null): string {
  return item === null ? `revision ${revision}: no key` : `revision ${revision}: version ${item.version}`;
}
