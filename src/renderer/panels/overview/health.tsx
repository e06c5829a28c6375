import { CircleCheck, Hourglass, type LucideIcon, OctagonAlert, TriangleAlert } from 'lucide-react';
import { useShallow } from 'zustand/react/shallow';
import type { CellHealth } from '../../../contract/index.ts';
import { useCell } from '../../cell/cell-store.ts';
import { classes } from '../../ui/classes.ts';
import { Ago } from '../../ui/time.tsx';

const LOOKS: Readonly<Record<CellHealth['level'], { icon: LucideIcon; look: string }>> = {
  healthy: { icon: CircleCheck, look: 'bg-good-soft text-good' },
  degraded: { icon: TriangleAlert, look: 'bg-warning-soft text-warning' },
  read_only: { icon: OctagonAlert, look: 'bg-bad-soft text-bad' },
  starting: { icon: Hourglass, look: 'bg-info-soft text-accent' },
};

/** The health of the cell in one sentence; below quorum with the reason and since when. */
export function Health() {
  const health = useCell(useShallow(({ view }) => ({ level: view!.health.level, sentence: view!.health.sentence })));
  const refusal = useCell(
    useShallow(({ view }) => ({
      writable: view!.status.writable,
      sinceMs: view!.status.unwritableSinceMs,
    })),
  );
  const { icon: Icon, look } = LOOKS[health.level];
  return (
    <section aria-label="Health" className={classes('flex items-start gap-2 px-3 py-2.5', look)}>
      <Icon aria-hidden size={20} className="shrink-0" />
      <span className="min-w-0 flex-1 text-lg font-medium" aria-live="polite">
        {health.sentence}
      </span>
      {refusal.writable || refusal.sinceMs === 0 ? null : (
        <span className="shrink-0">
          began <Ago atMs={refusal.sinceMs} />; writing comes back by itself
        </span>
      )}
    </section>
  );
}
