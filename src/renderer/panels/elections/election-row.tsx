import { CircleDashed, Crown } from 'lucide-react';
import type { ElectionView } from '../../../contract/index.ts';
import { useNameOfSession } from '../../acting/acting-store.ts';
import { Badge } from '../../ui/badge.tsx';
import { type GridColumn, RowCell } from '../../ui/row-grid.tsx';
import { Ago } from '../../ui/time.tsx';
import { endText } from './election-words.ts';

export const COLUMNS: readonly GridColumn[] = [
  { label: 'State' },
  { label: 'Election and value' },
  { label: 'Winner, elected' },
  { label: 'Tenure and the one before' },
  { label: 'In line', right: true },
];
export const LAYOUT = 'grid-cols-[72px_minmax(120px,1.4fr)_minmax(110px,1fr)_172px_48px]';

export function electionCells(election: ElectionView) {
  return <ElectionCells election={election} />;
}

function ElectionCells({ election }: { readonly election: ElectionView }) {
  const { path, state, value, tenure, sinceMs, ended, queue } = election;
  const isHeld = state === 'held';
  return (
    <>
      <RowCell>
        <ElectionState state={state} />
      </RowCell>
      <RowCell below={<span className="font-mono">{isHeld ? value || 'no value' : '–'}</span>}>
        <span className="font-mono" title={path}>
          {path}
        </span>
      </RowCell>
      <RowCell
        below={
          isHeld ? (
            <>
              elected <Ago atMs={sinceMs} />
            </>
          ) : (
            '–'
          )
        }
      >
        {isHeld ? <Winner election={election} /> : <span className="text-faint">nobody</span>}
      </RowCell>
      <RowCell
        below={
          ended === null ? (
            'none before'
          ) : (
            <>
              {endText(ended.kind)} <Ago atMs={ended.atMs} />
            </>
          )
        }
      >
        <span className="font-mono">{isHeld ? tenure : '–'}</span>
      </RowCell>
      <RowCell right>
        <span className="font-mono">{queue.length}</span>
      </RowCell>
    </>
  );
}

function Winner({ election: { sessionId, owner } }: { readonly election: ElectionView }) {
  return <span className="font-medium">{useNameOfSession(sessionId, owner)}</span>;
}

export function ElectionState({ state }: Pick<ElectionView, 'state'>) {
  return state === 'held' ? (
    <Badge tone="good" icon={Crown}>
      held
    </Badge>
  ) : (
    <Badge icon={CircleDashed}>vacant</Badge>
  );
}
