import { HeartPulse } from 'lucide-react';
import { memo } from 'react';
import type { DemoAgent, DemoFault } from '../../../../contract/index.ts';
import { act } from '../../../activity/activity-store.ts';
import { useControlRefusal } from '../../../cell/cell-store.ts';
import { client } from '../../../connection/connection-store.ts';
import { Button } from '../../../ui/button.tsx';
import { exactTime, useNowMs } from '../../../ui/time.tsx';
import { effectWords, endedWords, faultWords, placeWords } from './fault-words.ts';

/** What is broken now, and when each heals by itself. */
export function FaultList({
  faults,
  agents,
  nameOf,
}: {
  readonly faults: readonly DemoFault[];
  readonly agents: readonly DemoAgent[];
  readonly nameOf: (id: string) => string;
}) {
  const refusal = useControlRefusal();
  const ended = endedWords(agents);
  const healAll = (): void =>
    void act(
      'Heal all faults',
      () => client().demo.healAll(),
      () => 'the cell is whole',
    );
  return (
    <section aria-label="Faults in effect" className="flex min-h-0 min-w-0 flex-col border-r border-line">
      <div className="flex h-9 shrink-0 items-center gap-2 border-b border-line bg-canvas px-3">
        <h2 className="font-semibold">In effect</h2>
        <span className="text-faint">
          {faults.length > 0
            ? faults.length
            : ended === ''
              ? 'nothing: all links and processes are intact'
              : 'no fault: all links are intact'}
        </span>
        {faults.length < 2 ? null : (
          <Button icon={HeartPulse} className="ml-auto" refusal={refusal} onClick={healAll}>
            Heal all
          </Button>
        )}
      </div>
      {faults.length > 0 || ended === '' ? null : <p className="px-3 py-2 text-soft">{ended}</p>}
      <ul className="min-h-0 overflow-y-auto">
        {faults.map((fault) => (
          <Row key={fault.id} fault={fault} nameOf={nameOf} refusal={refusal} />
        ))}
      </ul>
    </section>
  );
}

const Row = memo(function Row({
  fault,
  nameOf,
  refusal,
}: {
  readonly fault: DemoFault;
  readonly nameOf: (id: string) => string;
  readonly refusal: string;
}) {
  const nowMs = useNowMs();
  const leftMs = Math.max(0, fault.healsAtMs - nowMs);
  const words = faultWords(fault, nameOf);
  const heal = (): void =>
    void act(
      `Heal ${words}`,
      () => client().demo.healFault({ id: fault.id }),
      () => 'healed',
    );
  return (
    <li className="flex items-center gap-2 border-b border-line px-3 py-1.5">
      <div className="min-w-0 flex-1">
        <div className="truncate font-medium" title={placeWords(fault, nameOf)}>
          {placeWords(fault, nameOf)}
        </div>
        <div className="truncate text-sm text-soft">{effectWords(fault)}</div>
      </div>
      <time
        className="w-24 text-right text-sm tabular-nums text-soft"
        dateTime={new Date(fault.healsAtMs).toISOString()}
        title={exactTime(fault.healsAtMs)}
      >
        {leftMs === 0 ? 'heals now' : `heals in ${Math.ceil(leftMs / 1_000)} s`}
      </time>
      <Button aria-label={`Heal now: ${words}`} refusal={refusal} onClick={heal}>
        Heal now
      </Button>
    </li>
  );
});
