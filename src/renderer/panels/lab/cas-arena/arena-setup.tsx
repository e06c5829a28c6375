import { Play, Square } from 'lucide-react';
import { useWriteRefusal } from '../../../cell/cell-store.ts';
import { Button } from '../../../ui/button.tsx';
import { Checkbox, TextInput } from '../../../ui/field.tsx';
import { Segmented } from '../../../ui/segmented.tsx';
import { beginArena, endArena, setPath, setRules, useArena } from './arena-store.ts';
import { CLIENTS_MAX, CLIENTS_MIN, type Way } from './race.ts';
import { WAYS } from './race-words.ts';

const COUNTS = Array.from({ length: CLIENTS_MAX - CLIENTS_MIN + 1 }, (_, index) => String(CLIENTS_MIN + index));

/** Which key, how many clients, and how they write. */
export function ArenaSetup() {
  const { path, rules, isBegun, isBusy } = useArena();
  const way = WAYS.find(({ value }) => value === rules.way)!;
  return (
    <div className="flex flex-col gap-1 border-b border-line px-3 py-2">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <Segmented<Way>
          label="How the clients write"
          value={rules.way}
          choices={WAYS.map(({ value, label }) => ({ value, label, ...busyRefusal(isBusy) }))}
          onChange={(next) => setRules({ way: next })}
        />
        <div className="flex items-center gap-1.5">
          <span className="text-soft">Clients</span>
          <Segmented
            label="Clients"
            value={String(rules.clients)}
            choices={COUNTS.map((value) => ({ value, label: value, ...busyRefusal(isBusy) }))}
            onChange={(next) => setRules({ clients: Number(next) })}
          />
        </div>
        <Checkbox
          label="Losers read again and retry"
          checked={rules.retries}
          disabled={isBusy || rules.way === 'put'}
          onChange={(retries) => setRules({ retries })}
        />
        <div className="ml-auto flex items-center gap-1.5">
          <span aria-hidden className="text-soft">
            Key
          </span>
          <TextInput
            mono
            aria-label="Key of the race"
            className="w-52"
            value={path}
            readOnly={isBegun}
            aria-readonly={isBegun}
            onChange={(event) => setPath(event.target.value.trim())}
          />
        </div>
        <BeginOrEnd />
      </div>
      <p className="text-soft">{way.about}</p>
    </div>
  );
}

function busyRefusal(isBusy: boolean): { readonly refusal?: string } {
  return isBusy ? { refusal: 'a step is under way' } : {};
}

export function BeginOrEnd() {
  const isBegun = useArena((state) => state.isBegun);
  const isBusy = useArena((state) => state.isBusy);
  const refusal = useWriteRefusal();
  return isBegun ? (
    <Button icon={Square} busy={isBusy} refusal={refusal} onClick={() => void endArena()}>
      End and clean up
    </Button>
  ) : (
    <Button variant="primary" icon={Play} busy={isBusy} refusal={refusal} onClick={() => void beginArena()}>
      Begin
    </Button>
  );
}
