import { CircleDashed, Hourglass, Unlink } from 'lucide-react';
import type { BarrierView } from '../../../contract/index.ts';
import { Badge } from '../../ui/badge.tsx';
import { Gauge } from '../../ui/gauge.tsx';
import { durationText } from '../../ui/numbers.ts';
import { type GridColumn, RowCell } from '../../ui/row-grid.tsx';
import { arrivedText, stateOf, thresholdText } from './barrier-words.ts';

export const COLUMNS: readonly GridColumn[] = [
  { label: 'State' },
  { label: 'Barrier and what it arms' },
  { label: 'Arrived' },
  { label: 'Needs and timeout' },
  { label: 'Generation', right: true },
];
export const LAYOUT = 'grid-cols-[88px_minmax(120px,1fr)_112px_132px_72px]';

export function barrierCells(barrier: BarrierView) {
  const { path, next, timeoutMs, generation } = barrier;
  return (
    <>
      <RowCell>
        <BarrierState barrier={barrier} />
      </RowCell>
      <RowCell below={next === '' ? 'arms nothing' : <span className="font-mono">→ {next}</span>}>
        <span className="font-mono" title={path}>
          {path}
        </span>
      </RowCell>
      <RowCell below={arrivedText(barrier)}>
        <div className="py-1">
          <ArrivalGauge barrier={barrier} />
        </div>
      </RowCell>
      <RowCell below={timeoutMs === 0 ? 'no timeout' : `within ${durationText(timeoutMs)}`}>
        {thresholdText(barrier)}
      </RowCell>
      <RowCell right>
        <span className="font-mono">{generation}</span>
      </RowCell>
    </>
  );
}

/** Those who came, of those who may come, with a mark where they are enough. */
export function ArrivalGauge({ barrier }: { readonly barrier: BarrierView }) {
  const { arrived, required, members, state } = barrier;
  return (
    <Gauge
      words={arrivedText(barrier)}
      left={arrived}
      total={Math.max(members.length, required)}
      needed={required}
      tone={state === 'broken' ? 'bad' : 'accent'}
    />
  );
}

export function BarrierState({ barrier }: { readonly barrier: Pick<BarrierView, 'state' | 'isArmed'> }) {
  switch (stateOf(barrier)) {
    case 'broken':
      return (
        <Badge tone="bad" icon={Unlink}>
          broken
        </Badge>
      );
    case 'not armed':
      return <Badge icon={CircleDashed}>not armed</Badge>;
    case 'standing':
      return (
        <Badge tone="info" icon={Hourglass}>
          standing
        </Badge>
      );
  }
}
