import { MonitorSmartphone, Unplug, UserX } from 'lucide-react';
import { useCell } from '../../../cell/cell-store.ts';
import { GUTTER } from './picture.ts';
import type { LaneView } from './sequence-layout.ts';

/** The name above each lane, and why its log is missing when it is. */
export function LaneHeads({ lanes }: { readonly lanes: readonly LaneView[] }) {
  return (
    <ul
      aria-label="Lanes"
      // As wide as the picture: beside its scrollbar.
      className="grid min-h-9 items-center overflow-hidden border-b border-line bg-canvas py-1 [scrollbar-gutter:stable]"
      style={{
        gridTemplateColumns: `repeat(${Math.max(1, lanes.length)}, minmax(0, 1fr))`,
        paddingLeft: GUTTER,
      }}
    >
      {lanes.map((lane) => (
        <LaneHead key={lane.id} lane={lane} />
      ))}
    </ul>
  );
}

function LaneHead({ lane }: { readonly lane: LaneView }) {
  const { id, kind, name, problem } = lane;
  const state = useCell(({ view }) => view?.participants.find(({ agentId }) => agentId === id)?.state ?? '');
  const isSelf = useCell(({ view }) => view?.status.agentId === id);
  const Icon = kind === 'clients' ? MonitorSmartphone : kind === 'gone' ? UserX : problem === '' ? undefined : Unplug;
  return (
    <li className="flex min-w-0 flex-col items-center px-1 text-center">
      <span className="flex max-w-full items-center gap-1">
        {Icon === undefined ? null : <Icon aria-hidden size={13} className="shrink-0 text-soft" />}
        {/* Where room is short the name stays whole longer than what else is said. */}
        <span className="max-w-[70%] shrink-0 truncate font-medium">{name || id.slice(0, 8)}</span>
        <span className="min-w-0 truncate text-sm text-soft" title={isSelf ? `${state}, this agent` : state}>
          {isSelf ? `${state} · this agent` : state}
        </span>
      </span>
      {problem === '' ? null : (
        <span className="line-clamp-2 text-xs text-bad" title={problem}>
          {problem}
        </span>
      )}
    </li>
  );
}
