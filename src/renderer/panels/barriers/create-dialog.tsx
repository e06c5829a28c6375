import { type FormEvent, useId, useState } from 'react';
import { useActor } from '../../acting/acting-store.ts';
import { useWriteRefusal } from '../../cell/cell-store.ts';
import { replaceQuery } from '../../navigation/navigation-store.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Checkbox, Field, Select, TextInput } from '../../ui/field.tsx';
import { NumberField } from '../../ui/number-field.tsx';
import { Segmented } from '../../ui/segmented.tsx';
import { createBarrier } from './barrier-actions.ts';
import { useBarriers } from './barriers-store.ts';
import {
  type BarrierDraft,
  type DraftProblems,
  draftProblems,
  NEW_BARRIER,
  requestOf,
  requiredText,
} from './create-form.ts';
import { SessionPicker } from './session-picker.tsx';

interface PartProps {
  readonly draft: BarrierDraft;
  /** Empty until one has tried to send it. */
  readonly problems: DraftProblems;
  readonly change: (change: Partial<BarrierDraft>) => void;
}

const NO_PROBLEMS: DraftProblems = { path: '', threshold: '', members: '', timeout: '', next: '' };

export function CreateDialog({ onClose }: { readonly onClose: () => void }) {
  const [draft, setDraft] = useState(NEW_BARRIER);
  const [isTold, setTold] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const actor = useActor();
  const refusal = useWriteRefusal();
  const formId = useId();
  const problems = draftProblems(draft);
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setTold(true);
    if (Object.values(problems).some((problem) => problem !== '') || refusal !== '' || isBusy) return;
    setBusy(true);
    const done = await createBarrier(draft, actor?.owner ?? '');
    setBusy(false);
    if (done !== undefined) replaceQuery({ path: requestOf(draft).path, make: '' });
  };
  const part: PartProps = {
    draft,
    problems: isTold ? problems : NO_PROBLEMS,
    change: (change) => setDraft((before) => ({ ...before, ...change })),
  };
  return (
    <Dialog
      open
      onOpenChange={onClose}
      size="medium"
      title="Make a barrier"
      description="It stands until enough have arrived, and is then released: once per generation."
      footer={
        <>
          <span className="mr-auto self-center text-soft">{requiredText(draft)}</span>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" type="submit" form={formId} busy={isBusy} refusal={refusal}>
            Make it
          </Button>
        </>
      }
    >
      <form id={formId} className="flex flex-col gap-3" onSubmit={(event) => void submit(event)}>
        <Field label="Path" hint="Such as /stages/load" error={part.problems.path}>
          {(ids) => (
            <TextInput
              {...ids}
              mono
              autoFocus
              value={draft.path}
              onChange={(event) => part.change({ path: event.target.value })}
            />
          )}
        </Field>
        <Threshold {...part} />
        <Members {...part} />
        <Endings {...part} />
        <Next {...part} />
      </form>
    </Dialog>
  );
}

function Threshold({ draft, problems, change }: PartProps) {
  return (
    <div className="flex flex-wrap items-start gap-x-3 gap-y-2">
      <div className="flex flex-col gap-1">
        <span aria-hidden className="text-sm font-medium text-soft">
          Released on the arrival of
        </span>
        <Segmented<BarrierDraft['threshold']>
          label="Released on the arrival of"
          value={draft.threshold}
          choices={[
            { value: 'full', label: 'all members' },
            { value: 'count', label: 'a number' },
            { value: 'percent', label: 'a percentage' },
          ]}
          onChange={(threshold) => change({ threshold })}
        />
      </div>
      {draft.threshold === 'full' ? null : (
        <div className="w-32">
          <NumberField
            label={draft.threshold === 'count' ? 'How many' : 'Percent'}
            error={problems.threshold}
            isWhole
            value={draft.threshold === 'count' ? draft.count : draft.percent}
            onChange={(value) => change(draft.threshold === 'count' ? { count: value } : { percent: value })}
          />
        </div>
      )}
      {draft.threshold === 'count' ? (
        <div className="mt-5 flex h-7 items-center">
          <Checkbox
            label="Open: whoever arrives takes part"
            checked={draft.isOpen}
            onChange={(isOpen) => change({ isOpen })}
          />
        </div>
      ) : null}
    </div>
  );
}

function Members({ draft, problems, change }: PartProps) {
  return (
    <div className="flex flex-col gap-1">
      <span aria-hidden className="text-sm font-medium text-soft">
        Members
      </span>
      <SessionPicker
        label="Members"
        members={NOBODY}
        chosen={draft.members}
        onChange={(members) => change({ members })}
      />
      <div role="status" className="text-sm text-bad">
        {problems.members}
      </div>
    </div>
  );
}

const NOBODY: never[] = [];

function Endings({ draft, problems, change }: PartProps) {
  return (
    <div className="grid grid-cols-3 gap-3">
      <Field label="If a member's session ends">
        {(ids) => (
          <Select<BarrierDraft['onDeath']>
            {...ids}
            label="If a member's session ends"
            value={draft.onDeath}
            choices={[
              { value: 'break', label: 'the barrier breaks' },
              { value: 'shrink', label: 'the rest goes on' },
            ]}
            onChange={(onDeath) => change({ onDeath })}
          />
        )}
      </Field>
      <NumberField
        label="Timeout in seconds"
        hint="From the first arrival on"
        error={problems.timeout}
        value={draft.timeoutSeconds}
        onChange={(timeoutSeconds) => change({ timeoutSeconds })}
      />
      <Field label="If the time is over">
        {(ids) => (
          <Select<BarrierDraft['onTimeout']>
            {...ids}
            label="If the time is over"
            value={draft.onTimeout}
            choices={[
              { value: 'break', label: 'the barrier breaks' },
              { value: 'release', label: 'those who came pass' },
            ]}
            onChange={(onTimeout) => change({ onTimeout })}
          />
        )}
      </Field>
    </div>
  );
}

function Next({ draft, problems, change }: PartProps) {
  const known = useBarriers((state) => state.barriers);
  const listId = useId();
  return (
    <div className="grid grid-cols-2 items-start gap-3">
      <Field label="Its release arms" hint="Another barrier; empty: none" error={problems.next}>
        {(ids) => (
          <>
            <TextInput
              {...ids}
              mono
              list={listId}
              value={draft.next}
              onChange={(event) => change({ next: event.target.value })}
            />
            <datalist id={listId}>
              {known.map(({ path }) => (
                <option key={path} value={path} />
              ))}
            </datalist>
          </>
        )}
      </Field>
      <div className="mt-5 flex h-7 items-center">
        <Checkbox
          label="Not armed until another one arms it"
          checked={!draft.isArmed}
          onChange={(isUnarmed) => change({ isArmed: !isUnarmed })}
        />
      </div>
    </div>
  );
}
