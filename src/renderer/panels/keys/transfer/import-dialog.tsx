import { type ReactNode, useRef, useState } from 'react';
import { useWriteRefusal } from '../../../cell/cell-store.ts';
import { Button } from '../../../ui/button.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { Checkbox } from '../../../ui/field.tsx';
import { ErrorNote, WarningNote } from '../../../ui/notes.tsx';
import { bytesText, countText } from '../../../ui/numbers.ts';
import type { ImportPlan } from './import-plan.ts';
import { ImportResult } from './import-result.tsx';
import { planFile, resetImport, stopImport, useImport, writePlan } from './import-store.ts';
import type { ReadLines } from './key-lines.ts';

/** Keys from a file: first what would happen, then, if wanted, it happens. */
export function ImportDialog({ open, onClose }: { readonly open: boolean; readonly onClose: () => void }) {
  const state = useImport();
  const refusal = useWriteRefusal();
  const [isChangeWanted, setChangeWanted] = useState(true);
  const input = useRef<HTMLInputElement>(null);
  const close = (): void => {
    resetImport();
    onClose();
  };
  let body: ReactNode;
  let action: ReactNode = null;
  switch (state.phase) {
    case 'choosing':
      body = (
        <div className="flex flex-col gap-2">
          {state.error === undefined ? null : <ErrorNote error={state.error} />}
          <input
            ref={input}
            type="file"
            aria-label="File to import"
            accept=".jsonl,.json,.ndjson,.txt"
            onChange={(event) => {
              const file = event.target.files?.[0];
              if (file !== undefined) void planFile(file);
            }}
          />
        </div>
      );
      break;
    case 'reading':
      body = <p aria-busy>Comparing {state.fileName} with the cell…</p>;
      break;
    case 'planned': {
      const wanted = state.plan.created + (isChangeWanted ? state.plan.changed : 0);
      const nothing = wanted === 0 ? 'there is nothing to write' : '';
      body = (
        <PlanView
          lines={state.lines}
          plan={state.plan}
          isChangeWanted={isChangeWanted}
          onChangeWanted={setChangeWanted}
        />
      );
      action = (
        <Button
          variant="primary"
          refusal={refusal || nothing}
          onClick={() => void writePlan(state.plan, isChangeWanted)}
        >
          Write {countText(wanted)} keys
        </Button>
      );
      break;
    }
    case 'writing':
      body = (
        <div className="flex flex-col gap-2">
          <p role="status">
            {countText(state.written)} of {countText(state.total)} written
          </p>
          <progress className="w-full" aria-label="Written" max={state.total} value={state.written} />
        </div>
      );
      action = <Button onClick={stopImport}>Stop</Button>;
      break;
    case 'done':
      body = <ImportResult report={state.report} />;
      break;
  }
  return (
    <Dialog
      open={open}
      // While it writes it is stopped first: what it did must be told.
      onOpenChange={(next) => (next ? undefined : state.phase === 'writing' ? stopImport() : close())}
      size="medium"
      title="Import keys"
      description="JSON lines, as an export writes them. Nothing is written before you have seen what would change."
      footer={
        <>
          {state.phase === 'writing' ? null : (
            <Button onClick={close}>{state.phase === 'done' ? 'Close' : 'Cancel'}</Button>
          )}
          {action}
        </>
      }
    >
      {body}
    </Dialog>
  );
}

const LISTED = 200;

function PlanView({
  lines,
  plan,
  isChangeWanted,
  onChangeWanted,
}: {
  readonly lines: ReadLines;
  readonly plan: ImportPlan;
  readonly isChangeWanted: boolean;
  readonly onChangeWanted: (wanted: boolean) => void;
}) {
  const words = { create: 'new', change: 'changes', same: 'is the same' } as const;
  return (
    <div className="flex flex-col gap-2">
      <p role="status">
        <b>{countText(plan.created)}</b> new, <b>{countText(plan.changed)}</b>{' '}
        {plan.changed === 1 ? 'changes' : 'change'}, <b>{countText(plan.same)}</b> {plan.same === 1 ? 'is' : 'are'} the
        same already.
      </p>
      {plan.changed > 0 ? (
        <Checkbox
          label="Write over keys that exist with another value"
          checked={isChangeWanted}
          onChange={onChangeWanted}
        />
      ) : null}
      {lines.problems.length === 0 ? null : (
        <WarningNote>
          {lines.problems.length === 1
            ? '1 line cannot be used and is left out.'
            : `${countText(lines.problems.length)} lines cannot be used and are left out.`}
          <ul className="mt-1 max-h-32 overflow-auto">
            {lines.problems.slice(0, LISTED).map(({ line, problem }) => (
              <li key={line}>
                line {line}: {problem}
              </li>
            ))}
          </ul>
        </WarningNote>
      )}
      <ul aria-label="Keys of the file" className="max-h-72 overflow-auto rounded-md border border-line">
        {plan.keys.slice(0, LISTED).map(({ path, kind, bytes }) => (
          <li key={path} className="flex gap-3 border-b border-line px-2 last:border-0">
            <span className="w-24 shrink-0 text-soft">{words[kind]}</span>
            <span className="min-w-0 flex-1 truncate font-mono">{path}</span>
            <span className="shrink-0 text-faint">{bytesText(bytes.length)}</span>
          </li>
        ))}
      </ul>
      {plan.keys.length > LISTED ? (
        <p className="text-sm text-faint">
          The first {LISTED} are listed; all {countText(plan.keys.length)} are counted above.
        </p>
      ) : null}
    </div>
  );
}
