import { LogOut, SkipForward } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { useWriteRefusal } from '../../../cell/cell-store.ts';
import { Button } from '../../../ui/button.tsx';
import { Checkbox } from '../../../ui/field.tsx';
import { GUIDE } from './guide.ts';
import { leaveGuide, nextGuideStep, playByItself } from './guide-store.ts';
import { useTheatre } from './theatre-store.ts';

/** The guided play: what comes next and why, and one button that does it. */
export function GuideStrip() {
  const at = useTheatre((state) => state.guideAt);
  const isAuto = useTheatre((state) => state.isAuto);
  const isBusy = useTheatre((state) => state.isBusy || state.isWaiting);
  const explanation = useTheatre((state) =>
    state.guideAt === undefined ? '' : (GUIDE[state.guideAt]?.explains(state) ?? ''),
  );
  const refusal = useWriteRefusal();
  const next = useRef<HTMLButtonElement>(null);
  // The way through is one key pressed again and again.
  useEffect(() => {
    if (at === 0) next.current?.focus();
  }, [at]);
  const step = at === undefined ? undefined : GUIDE[at];
  if (at === undefined || step === undefined) return null;
  return (
    <section aria-label="Guide" className="flex items-start gap-4 border-b border-line bg-info-soft px-3 py-2">
      <div className="min-w-0 flex-1" aria-live="polite">
        <div className="flex items-baseline gap-2">
          <span className="text-sm text-soft tabular-nums">
            {at + 1} of {GUIDE.length}
          </span>
          <h2 className="font-semibold">{step.title}</h2>
        </div>
        <p className="min-h-10 max-w-[88ch] text-soft">{explanation}</p>
      </div>
      <div className="flex shrink-0 flex-col items-end gap-1.5">
        <div className="flex gap-2">
          <Button icon={LogOut} onClick={leaveGuide}>
            Go on freely
          </Button>
          <Button
            ref={next}
            variant="primary"
            icon={SkipForward}
            busy={isBusy}
            refusal={refusal || (isAuto ? 'it plays by itself' : '')}
            className="w-32"
            onClick={() => void nextGuideStep()}
          >
            {isBusy ? 'Wait…' : 'Next'}
          </Button>
        </div>
        <Checkbox label="Play by itself" checked={isAuto} onChange={playByItself} />
      </div>
    </section>
  );
}
