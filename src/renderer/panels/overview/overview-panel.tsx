import { useCell } from '../../cell/cell-store.ts';
import { Waiting } from '../../ui/notes.tsx';
import { PanelHeader } from '../../ui/panel-header.tsx';
import { Alerts } from './alerts.tsx';
import { CellFacts } from './cell-facts.tsx';
import { Figures } from './figures.tsx';
import { Health } from './health.tsx';
import { Topology } from './topology.tsx';
import { TryFirst } from './try-first.tsx';

export function OverviewPanel() {
  const known = useCell(({ view }) => view !== undefined);
  const cellId = useCell(({ view }) => view?.status.cellId ?? '');
  return (
    <>
      <PanelHeader title="Overview" about={cellId === '' ? undefined : `cell ${cellId.slice(0, 8)}`} />
      {known ? (
        <div className="flex min-h-0 flex-1 flex-col">
          <Health />
          <Figures />
          <div className="flex min-h-0 flex-1">
            <section aria-label="Topology" className="flex min-h-0 min-w-0 flex-1 flex-col">
              <Topology />
            </section>
            <aside className="flex w-[340px] shrink-0 flex-col gap-5 overflow-y-auto border-l border-line p-3">
              <Alerts />
              <TryFirst />
              <CellFacts />
            </aside>
          </div>
        </div>
      ) : (
        <Waiting>Asking the agent about its cell…</Waiting>
      )}
    </>
  );
}
