import { GraduationCap, Play, Square } from 'lucide-react';
import { useWriteRefusal } from '../../../cell/cell-store.ts';
import { Button } from '../../../ui/button.tsx';
import { Segmented } from '../../../ui/segmented.tsx';
import { playGuide } from './guide-store.ts';
import { CONTENDERS_MAX, CONTENDERS_MIN } from './scene.ts';
import { beginScene, endScene } from './theatre-actions.ts';
import { arrange, useIsOn, useTheatre } from './theatre-store.ts';

const COUNTS = Array.from({ length: CONTENDERS_MAX - CONTENDERS_MIN + 1 }, (_, index) =>
  String(CONTENDERS_MIN + index),
);
const TTLS = [2_000, 4_000, 8_000];

/** Who is in the scene, and what the resource does. Who and how long stand still while it is on. */
export function TheatreSetup() {
  const count = useTheatre((state) => state.count);
  const ttlMs = useTheatre((state) => state.ttlMs);
  const checks = useTheatre((state) => state.checks);
  const isOn = useIsOn();
  const fixed = isOn ? { refusal: 'the scene is on' } : {};
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-2 border-b border-line px-3 py-2">
      <div className="flex items-center gap-1.5">
        <span className="text-soft">Contenders</span>
        <Segmented
          label="Contenders"
          value={String(count)}
          choices={COUNTS.map((value) => ({ value, label: value, ...fixed }))}
          onChange={(next) => arrange({ count: Number(next) })}
        />
      </div>
      <div className="flex items-center gap-1.5">
        <span className="text-soft">Session TTL</span>
        <Segmented
          label="Session TTL"
          value={String(ttlMs)}
          choices={TTLS.map((ms) => ({ value: String(ms), label: `${ms / 1_000} s`, ...fixed }))}
          onChange={(next) => arrange({ ttlMs: Number(next) })}
        />
      </div>
      <div className="flex items-center gap-1.5">
        <span className="text-soft">The resource</span>
        <Segmented
          label="The resource"
          value={checks ? 'checks' : 'takes'}
          choices={[
            { value: 'checks', label: 'checks tokens' },
            { value: 'takes', label: 'takes everything' },
          ]}
          onChange={(next) => arrange({ checks: next === 'checks' })}
        />
      </div>
      <div className="ml-auto flex gap-2">
        <SceneButtons />
      </div>
    </div>
  );
}

export function SceneButtons() {
  const isOn = useIsOn();
  const guideAt = useTheatre((state) => state.guideAt);
  const isBusy = useTheatre((state) => state.isBusy);
  const refusal = useWriteRefusal();
  return (
    <>
      {guideAt === undefined ? (
        <Button
          variant={isOn ? 'plain' : 'primary'}
          icon={GraduationCap}
          busy={isBusy}
          refusal={refusal}
          onClick={() => void playGuide()}
        >
          {isOn ? 'Play it from the start' : 'Play it, step by step'}
        </Button>
      ) : null}
      {isOn ? (
        <Button icon={Square} busy={isBusy} refusal={refusal} onClick={() => void endScene()}>
          End and clean up
        </Button>
      ) : (
        <Button icon={Play} busy={isBusy} refusal={refusal} onClick={() => void beginScene()}>
          Play freely
        </Button>
      )}
    </>
  );
}
