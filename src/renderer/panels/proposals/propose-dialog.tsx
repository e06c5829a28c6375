import { Download } from 'lucide-react';
import { type FormEvent, useId, useState } from 'react';
import { useActor } from '../../acting/acting-store.ts';
import { AsWhom } from '../../acting/as-whom.tsx';
import { ownerText } from '../../acting/participants.ts';
import { act } from '../../activity/activity-store.ts';
import { useCell, useWriteRefusal } from '../../cell/cell-store.ts';
import { client } from '../../connection/connection-store.ts';
import { Refusal } from '../../connection/failure.ts';
import { replaceQuery } from '../../navigation/navigation-store.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Checkbox, Field, TextInput } from '../../ui/field.tsx';
import { NumberField } from '../../ui/number-field.tsx';
import { bytesText } from '../../ui/numbers.ts';
import { bytesOf, textOf } from '../keys/bytes.ts';
import { CodeEditor } from '../keys/value/code-editor.tsx';
import { ElectorateField } from './electorate-field.tsx';
import { propose } from './proposal-actions.ts';
import {
  draftProblems,
  NEW_PROPOSAL,
  NO_PROBLEMS,
  type ProposalDraft,
  type ProposalProblems,
  requiredText,
} from './propose-form.ts';

export interface PartProps {
  readonly draft: ProposalDraft;
  /** Empty until one has tried to send it. */
  readonly problems: ProposalProblems;
  readonly change: (change: Partial<ProposalDraft>) => void;
}

/** A value for a key that others vote on; written with the vote that decides it. */
export function ProposeDialog({ path, onClose }: { readonly path: string; readonly onClose: () => void }) {
  const [draft, setDraft] = useState<ProposalDraft>({ ...NEW_PROPOSAL, path });
  const [isTold, setTold] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const actor = useActor();
  const refusal = useWriteRefusal();
  const votersOfCell = useCell(({ view }) => view?.participants.filter(({ role }) => role === 'voter').length ?? 0);
  const formId = useId();
  const problems = draftProblems(draft);
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setTold(true);
    if (Object.values(problems).some((problem) => problem !== '') || refusal !== '' || isBusy) return;
    setBusy(true);
    const done = await propose(draft, actor);
    setBusy(false);
    if (done !== undefined) replaceQuery({ proposal: String(done.proposal), propose: '', path: '' });
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
      size="large"
      title="Propose a value"
      description="It is written to the key in the slot of the vote that decides it, if enough are for it in time."
      footer={
        <>
          <span className="mr-auto self-center text-soft">{requiredText(draft, votersOfCell)}</span>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" type="submit" form={formId} busy={isBusy} refusal={refusal}>
            {actor === undefined ? 'Propose' : `Propose as ${ownerText(actor.sessionId, actor.owner)}`}
          </Button>
        </>
      }
    >
      <form id={formId} className="grid grid-cols-2 items-start gap-x-4" onSubmit={(event) => void submit(event)}>
        <div className="flex min-w-0 flex-col gap-3">
          <Field label="Key" hint="Such as /config/limits" error={part.problems.path}>
            {(ids) => (
              <TextInput
                {...ids}
                mono
                autoFocus={path === ''}
                value={draft.path}
                onChange={(event) => part.change({ path: event.target.value })}
              />
            )}
          </Field>
          <ValueField {...part} />
          <Checkbox
            label="Only if nobody writes the key until then"
            checked={draft.isOnlyIfUnchanged}
            onChange={(isOnlyIfUnchanged) => part.change({ isOnlyIfUnchanged })}
          />
        </div>
        <div className="flex min-w-0 flex-col gap-3">
          <ElectorateField {...part} />
          <Rules {...part} hasActor={actor !== undefined} />
          <Field label="Why">
            {(ids) => (
              <TextInput {...ids} value={draft.why} onChange={(event) => part.change({ why: event.target.value })} />
            )}
          </Field>
          {actor === undefined ? <AsWhom /> : null}
        </div>
      </form>
    </Dialog>
  );
}

function ValueField({ draft, problems, change }: PartProps) {
  // The editor takes a text over when this changes.
  const [taken, setTaken] = useState({ text: '', turn: 0 });
  const [isBusy, setBusy] = useState(false);
  const take = async (): Promise<void> => {
    setBusy(true);
    const text = await act(`Read ${draft.path}`, () => presentText(draft.path));
    setBusy(false);
    if (text === undefined) return;
    change({ text });
    setTaken(({ turn }) => ({ text, turn: turn + 1 }));
  };
  return (
    <div className="flex flex-col gap-1">
      <div className="flex items-center gap-2">
        <span aria-hidden className="text-sm font-medium text-soft">
          Value
        </span>
        <Button
          icon={Download}
          variant="ghost"
          className="ml-auto"
          busy={isBusy}
          refusal={draft.path === '' || problems.path !== '' ? 'write the key first' : ''}
          onClick={() => void take()}
        >
          Begin with its present value
        </Button>
      </div>
      <div className="flex h-52 flex-col overflow-hidden rounded-md border border-line-strong">
        <CodeEditor
          label="Proposed value"
          text={taken.text}
          base={taken.text}
          generation={taken.turn}
          language={/^\s*[[{]/.test(taken.text) ? 'json' : 'text'}
          readOnly={false}
          onChange={(doc) => change({ text: doc === undefined ? taken.text : doc.toString() })}
        />
      </div>
    </div>
  );
}

async function presentText(path: string): Promise<string> {
  const { item } = await client().keys.get({ path });
  if (item === null) throw new Refusal('NO_KEY', `There is no key ${path} yet: write the value yourself.`);
  if (item.truncated) {
    const size = bytesText(item.sizeBytes);
    throw new Refusal('VALUE_TOO_LARGE', `The value of ${path} has ${size}, too much to begin with here.`);
  }
  const text = textOf(bytesOf(item.value));
  if (text === undefined)
    throw new Refusal('NOT_A_TEXT', `The value of ${path} is no text, which is what is written here.`);
  return text;
}

function Rules({ draft, problems, change, hasActor }: PartProps & { readonly hasActor: boolean }) {
  return (
    <div className="grid grid-cols-3 items-start gap-3">
      <NumberField
        label="Quorum"
        hint="Share that must be for it"
        error={problems.quorum}
        value={draft.quorum}
        onChange={(quorum) => change({ quorum })}
      />
      <NumberField
        label="Deadline in seconds"
        hint="From now"
        error={problems.timeout}
        value={draft.timeoutSeconds}
        onChange={(timeoutSeconds) => change({ timeoutSeconds })}
      />
      {hasActor ? (
        <NumberField
          label="Fencing token"
          hint="Of a lock; empty: none"
          error={problems.token}
          isWhole
          mono
          value={draft.fencingToken}
          onChange={(fencingToken) => change({ fencingToken })}
        />
      ) : null}
    </div>
  );
}
