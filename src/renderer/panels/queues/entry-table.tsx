import type { EntryState, ListedEntry } from '../../../contract/index.ts';
import { useNameOfSession } from '../../acting/acting-store.ts';
import { replaceQuery } from '../../navigation/navigation-store.ts';
import { Badge } from '../../ui/badge.tsx';
import { classes } from '../../ui/classes.ts';
import { RowCell, RowGrid } from '../../ui/row-grid.tsx';
import { Ago } from '../../ui/time.tsx';
import { STATE_LOOKS } from './entry-states.ts';
import { attemptsText, entryRemark, payloadText, sinceMs } from './entry-words.ts';

const COLUMNS = [
  { label: 'Entry', right: true },
  { label: 'State, since' },
  { label: 'Payload, and who or why' },
  { label: 'Attempts', right: true },
] as const;

/** Entries of one queue, in the order of their numbers. */
export function EntryTable({
  path,
  entries,
  selected,
  onOpen,
}: {
  readonly path: string;
  readonly entries: readonly ListedEntry[];
  readonly selected: number;
  readonly onOpen: () => void;
}) {
  return (
    <RowGrid
      label={`Entries of ${path}`}
      columns={COLUMNS}
      layout="grid-cols-[48px_80px_minmax(64px,1fr)_60px]"
      rows={entries}
      idOf={seqText}
      cells={cells}
      selected={selected === 0 ? '' : String(selected)}
      onSelect={select}
      onOpen={onOpen}
    />
  );
}

const seqText = ({ seq }: ListedEntry): string => String(seq);
const select = (entry: string): void => replaceQuery({ entry });

function cells(entry: ListedEntry) {
  const { seq, state, payloadHead, payloadBytes } = entry;
  const payload = payloadText(entry);
  return (
    <>
      <RowCell right>
        <span className="font-mono">{seq}</span>
      </RowCell>
      <RowCell below={<Ago atMs={sinceMs(entry)} />}>
        <EntryStateBadge state={state} />
      </RowCell>
      <RowCell below={<Remark entry={entry} />}>
        <span
          className={classes('font-mono', (payloadHead === null || payloadBytes === 0) && 'text-faint')}
          title={payload}
        >
          {payload}
        </span>
      </RowCell>
      <RowCell right>
        <span className="font-mono text-sm text-soft">{attemptsText(entry)}</span>
      </RowCell>
    </>
  );
}

function Remark({ entry }: { readonly entry: ListedEntry }) {
  const worker = useNameOfSession(entry.sessionId, entry.worker);
  const remark = entryRemark(entry, Date.now());
  return (
    <span title={remark}>
      {entry.state === 'claimed' ? (
        <>
          <span className="text-text">{worker}</span>
          {remark === '' ? '' : ` · ${remark}`}
        </>
      ) : (
        remark
      )}
    </span>
  );
}

export function EntryStateBadge({ state }: { readonly state: EntryState }) {
  const { icon, tone } = STATE_LOOKS[state];
  return (
    <Badge tone={tone} icon={icon}>
      {state}
    </Badge>
  );
}
