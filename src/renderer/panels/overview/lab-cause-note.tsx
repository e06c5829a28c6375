import { FlaskConical } from 'lucide-react';
import { nameOfAgent, useCell } from '../../cell/cell-store.ts';
import { useNowMs } from '../../ui/time.tsx';
import { faultWords } from '../lab/faults/fault-words.ts';
import type { LabCause } from './lab-cause.ts';

/** That somebody wanted it so, and when it is over. */
export function LabCauseNote({ cause: { faults, areHealed } }: { readonly cause: LabCause }) {
  const nowMs = useNowMs();
  const words = useCell(({ view }) =>
    faults.map((fault) => faultWords(fault, (id) => nameOfAgent(view, id))).join('; '),
  );
  const leftMs = Math.max(0, ...faults.map(({ healsAtMs }) => healsAtMs - nowMs));
  return (
    <p className="mt-1 flex gap-1.5 text-soft">
      <FlaskConical aria-hidden size={14} className="mt-0.5 shrink-0" />
      <span className="min-w-0 break-words tabular-nums">
        The Lab did this ({words}).{' '}
        {areHealed || leftMs === 0
          ? 'It has healed; the cell gets over it by itself.'
          : `It heals by itself in ${Math.ceil(leftMs / 1_000)} s.`}
      </span>
    </p>
  );
}
