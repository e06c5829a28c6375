import { type FormEvent, useId, useState } from 'react';
import type { ProposalView } from '../../../contract/index.ts';
import { useActor } from '../../acting/acting-store.ts';
import { ownerText } from '../../acting/participants.ts';
import { useYourName } from '../../acting/your-name.ts';
import { useWriteRefusal } from '../../cell/cell-store.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Field, TextInput } from '../../ui/field.tsx';
import { withdrawAs, withdrawBy } from './proposal-actions.ts';
import { votesText } from './proposal-words.ts';

/** Takes a proposal back: its proposer as itself, anybody else by name. */
export function WithdrawDialog({
  proposal,
  onClose,
}: {
  readonly proposal: ProposalView;
  readonly onClose: () => void;
}) {
  const actor = useActor();
  const proposer = actor?.sessionId === proposal.sessionId ? actor : undefined;
  const [by, setBy] = useYourName();
  const [why, setWhy] = useState('');
  const [isBusy, setBusy] = useState(false);
  const refusal = useWriteRefusal() || (proposer === undefined && by.trim() === '' ? 'say who you are' : '');
  const formId = useId();
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (refusal !== '' || isBusy) return;
    setBusy(true);
    const done = await (proposer === undefined
      ? withdrawBy(proposal.proposal, by.trim(), why)
      : withdrawAs(proposal.proposal, proposer, why));
    setBusy(false);
    if (done !== undefined) onClose();
  };
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title="Withdraw this proposal?"
      description={
        <>
          Proposal {proposal.proposal} for <span className="font-mono break-all">{proposal.path}</span>:{' '}
          {votesText(proposal)}. Nothing will be written.
        </>
      }
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="danger" type="submit" form={formId} busy={isBusy} refusal={refusal}>
            {proposer === undefined ? 'Withdraw it' : `Withdraw it as ${ownerText(proposer.sessionId, proposer.owner)}`}
          </Button>
        </>
      }
    >
      <form id={formId} className="flex flex-col gap-3" onSubmit={(event) => void submit(event)}>
        {proposer === undefined ? (
          <Field label="Who you are" hint="You did not propose it: the record keeps who withdrew it">
            {(ids) => <TextInput {...ids} autoFocus value={by} onChange={(event) => setBy(event.target.value)} />}
          </Field>
        ) : null}
        <Field label="Why">
          {(ids) => (
            <TextInput
              {...ids}
              autoFocus={proposer !== undefined}
              value={why}
              onChange={(event) => setWhy(event.target.value)}
            />
          )}
        </Field>
      </form>
    </Dialog>
  );
}
