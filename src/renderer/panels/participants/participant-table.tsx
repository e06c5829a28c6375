import { ArrowDown, ArrowUp } from 'lucide-react';
import { type KeyboardEvent, useRef } from 'react';
import { useCell } from '../../cell/cell-store.ts';
import { replaceQuery } from '../../navigation/navigation-store.ts';
import { classes } from '../../ui/classes.ts';
import { ParticipantRow } from './participant-row.tsx';
import { sortBy, useParticipants } from './participants-store.ts';
import { type SortColumn, sortParticipants } from './sort.ts';
import { WIDE_CELL } from './wide-cell.ts';

interface Column {
  readonly id: SortColumn;
  readonly label: string;
  readonly about: string;
  readonly right?: boolean;
  /** Left out where there is too little room; the details have it. */
  readonly wide?: boolean;
}

const COLUMNS: readonly Column[] = [
  { id: 'name', label: 'Name', about: 'Short name and id' },
  { id: 'state', label: 'State', about: 'What it is now' },
  { id: 'role', label: 'Role', about: 'Voter or learner, and whether it is pinned' },
  { id: 'chosen', label: 'Chosen', about: 'It knows everything up to this slot as chosen', right: true },
  { id: 'applied', label: 'Applied', about: 'It has executed everything up to this slot', right: true },
  { id: 'lag', label: 'Lag', about: 'Slots that are chosen and that it has not applied', right: true },
  { id: 'roundTrip', label: 'Round trip', about: 'From this agent and back', right: true },
  { id: 'heard', label: 'Heard', about: 'How long ago this agent heard it', right: true },
  { id: 'address', label: 'Addresses', about: 'gRPC and HTTP', wide: true },
  { id: 'version', label: 'Version', about: 'Version, and how long it has been up', wide: true },
  { id: 'labels', label: 'Labels', about: 'Given at its start', wide: true },
];

/** One row has the focus; arrows move it, Enter opens the details, Escape closes them. */
export function ParticipantTable({ selectedId }: { readonly selectedId: string }) {
  const participants = useCell(({ view }) => view?.participants) ?? [];
  const sort = useParticipants((state) => state.sort);
  const body = useRef<HTMLTableSectionElement>(null);
  const sorted = sortParticipants(participants, sort);
  const focusable = sorted.find(({ agentId }) => agentId === selectedId)?.agentId ?? sorted[0]?.agentId;

  const onKeyDown = (event: KeyboardEvent<HTMLTableSectionElement>): void => {
    const rows = [...(body.current?.rows ?? [])];
    const at = rows.indexOf(document.activeElement as HTMLTableRowElement);
    if (at < 0) return;
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1 }[event.key];
    if (to !== undefined) {
      event.preventDefault();
      rows[Math.min(Math.max(to, 0), rows.length - 1)]?.focus();
    } else if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      replaceQuery({ agent: sorted[at]!.agentId });
    } else if (event.key === 'Escape') {
      replaceQuery({ agent: '' });
    }
  };

  return (
    <div className="@container">
      {/* biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: a table whose rows are moved through with the arrow keys is a grid */}
      <table role="grid" aria-label="Participants" className="w-full border-separate border-spacing-0 text-left">
        <thead>
          <tr>
            {COLUMNS.map((column) => (
              <HeaderCell key={column.id} column={column} />
            ))}
            <th scope="col" className="w-10 border-b border-line">
              <span className="sr-only">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody ref={body} onKeyDown={onKeyDown}>
          {sorted.map((participant) => (
            <ParticipantRow
              key={participant.agentId}
              participant={participant}
              selected={participant.agentId === selectedId}
              focusable={participant.agentId === focusable}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function HeaderCell({ column: { id, label, about, right, wide } }: { readonly column: Column }) {
  const sort = useParticipants((state) => state.sort);
  const isSorted = sort.column === id;
  const Arrow = sort.descending ? ArrowDown : ArrowUp;
  const arrow = <Arrow aria-hidden size={12} className={isSorted ? '' : 'invisible'} />;
  return (
    <th
      scope="col"
      aria-sort={isSorted ? (sort.descending ? 'descending' : 'ascending') : 'none'}
      className={classes('border-b border-line px-2 py-1 first:pl-3', right && 'text-right', wide && WIDE_CELL)}
    >
      <button
        type="button"
        title={about}
        onClick={() => sortBy(id)}
        className={classes(
          'inline-flex items-center gap-0.5 rounded-sm align-middle text-sm font-medium whitespace-nowrap hover:text-text',
          isSorted ? 'text-text' : 'text-soft',
        )}
      >
        {right === true ? arrow : null}
        {label}
        {right === true ? null : arrow}
      </button>
    </th>
  );
}
