import { ArrowRight, CircleDashed, CornerDownLeft } from 'lucide-react';
import type { ReactNode } from 'react';
import { replaceQuery } from '../../navigation/navigation-store.ts';
import { classes } from '../../ui/classes.ts';
import { DetailSection } from '../../ui/facts.tsx';
import { ArrivalGauge, BarrierState } from './barrier-row.tsx';
import { arrivedText } from './barrier-words.ts';
import { useBarriers } from './barriers-store.ts';
import { type Cascade, type CascadeStep, cascadeOf } from './cascade.ts';

/** The chain that this barrier belongs to, drawn; nothing when it stands alone. */
export function CascadeView({ path }: { readonly path: string }) {
  const barriers = useBarriers((state) => state.barriers);
  const cascade = cascadeOf(path, barriers);
  if (cascade.steps.length === 1 && cascade.armedBy.length === 0 && cascade.backTo === '') return null;
  return (
    <DetailSection title="Cascade: each release arms the next">
      {cascade.armedBy.length === 0 ? null : <ArmedBy cascade={cascade} />}
      <ol aria-label="Cascade" className="flex flex-wrap items-center gap-y-2">
        {cascade.steps.map((step, index) => (
          <li key={step.path} className="flex items-center">
            {index === 0 ? null : <ArrowRight aria-label="arms" size={15} className="mx-1.5 shrink-0 text-soft" />}
            <Step step={step} />
          </li>
        ))}
        {cascade.backTo === '' ? null : (
          <li className="ml-2 flex items-center gap-1 text-soft">
            <CornerDownLeft aria-hidden size={15} />
            back to <span className="font-mono">{cascade.backTo}</span>
          </li>
        )}
      </ol>
    </DetailSection>
  );
}

function ArmedBy({ cascade: { armedBy, steps } }: { readonly cascade: Cascade }) {
  return (
    <p className="flex flex-wrap items-center gap-1.5 text-soft">
      <span className="font-mono">{steps[0]!.path}</span> is armed by any of
      {armedBy.map((armer) => (
        <PathButton key={armer} path={armer}>
          <span className="font-mono">{armer}</span>
        </PathButton>
      ))}
    </p>
  );
}

function Step({ step: { path, barrier, isThis } }: { readonly step: CascadeStep }) {
  if (barrier === undefined) {
    return (
      <span className="flex w-40 flex-col gap-0.5 rounded-md border border-dashed border-line-strong px-2 py-1">
        <span className="truncate font-mono" title={path}>
          {path}
        </span>
        <span className="flex items-center gap-1 text-sm text-faint">
          <CircleDashed aria-hidden size={11} /> there is none yet
        </span>
      </span>
    );
  }
  return (
    <PathButton path={path} isThis={isThis}>
      <span className="flex w-36 flex-col gap-1 text-left">
        <span className="truncate font-mono" title={path}>
          {path}
        </span>
        <ArrivalGauge barrier={barrier} />
        <span className="flex items-center justify-between gap-1 text-sm text-soft">
          <BarrierState barrier={barrier} />
          <span className="truncate">{arrivedText(barrier).replace(' arrived', '')}</span>
        </span>
      </span>
    </PathButton>
  );
}

function PathButton({
  path,
  isThis = false,
  children,
}: {
  readonly path: string;
  readonly isThis?: boolean;
  readonly children: ReactNode;
}) {
  return (
    <button
      type="button"
      aria-current={isThis || undefined}
      onClick={() => replaceQuery({ path })}
      className={classes(
        'rounded-md border px-2 py-1 hover:bg-hover',
        isThis ? 'border-accent bg-selected' : 'border-line-strong bg-raised',
      )}
    >
      {children}
    </button>
  );
}
