import { ThumbsDown, ThumbsUp } from 'lucide-react';
import { useState } from 'react';
import type { ProposalView } from '../../../contract/index.ts';
import { useActing, useActor } from '../../acting/acting-store.ts';
import { AsWhom } from '../../acting/as-whom.tsx';
import { ownerText } from '../../acting/participants.ts';
import { useCell, useWriteRefusal } from '../../cell/cell-store.ts';
import { Button } from '../../ui/button.tsx';
import { DetailSection } from '../../ui/facts.tsx';
import { Field, Select } from '../../ui/field.tsx';
import { vote } from './proposal-actions.ts';
import { missingText, nameInElectorate, namesLeft, voterText } from './proposal-words.ts';

/** Casting a vote. The name that it counts for is always said, and so is who casts it. */
export function VoteSection({ proposal }: { readonly proposal: ProposalView }) {
  const actor = useActor();
  const view = useCell((state) => state.view);
  const sessions = useActing((state) => state.participants);
  const writeRefusal = useWriteRefusal();
  const [chosen, setChosen] = useState('');
  const [busy, setBusy] = useState<'for' | 'against'>();
  const left = namesLeft(proposal);
  const own = actor && nameInElectorate(proposal, actor);
  // A name that has voted meanwhile cannot be meant any more. Somebody else's is only taken when it was chosen.
  const voter = left.includes(chosen) ? chosen : own !== undefined && left.includes(own) ? own : '';
  const name = voter === '' ? '' : voterText(voter, view, sessions);
  const refusal = writeRefusal || (voter === '' ? 'choose in whose name' : '');
  const cast = async (isFor: boolean): Promise<void> => {
    setBusy(isFor ? 'for' : 'against');
    await vote(proposal.proposal, isFor, { voter, name }, actor);
    setBusy(undefined);
    setChosen('');
  };
  const caster = actor === undefined ? 'this agent' : ownerText(actor.sessionId, actor.owner);
  return (
    <DetailSection framed title="Vote" actions={<AsWhom />}>
      <p>{missingText(proposal)}</p>
      {own === undefined || left.includes(own) ? null : <p className="text-soft">{caster} has voted. A vote stands.</p>}
      <Field label="In whose name">
        {(ids) => (
          <Select
            {...ids}
            label="In whose name"
            value={voter}
            choices={[
              { value: '', label: left.length === 0 ? 'Everybody has voted' : 'Choose a name…' },
              ...left.map((each) => ({
                value: each,
                label: `${voterText(each, view, sessions)}${each === own ? ' (you)' : ''}`,
              })),
            ]}
            onChange={setChosen}
          />
        )}
      </Field>
      <div className="flex flex-wrap gap-2">
        <Button
          variant="primary"
          icon={ThumbsUp}
          busy={busy === 'for'}
          refusal={refusal}
          onClick={() => void cast(true)}
        >
          Vote for{name === '' ? '' : ` as ${name}`}
        </Button>
        <Button icon={ThumbsDown} busy={busy === 'against'} refusal={refusal} onClick={() => void cast(false)}>
          Vote against{name === '' ? '' : ` as ${name}`}
        </Button>
      </div>
      <p role="status" className="min-h-4 text-sm text-soft">
        {voter === '' ? '' : voteMeaning(name, voter === own, caster)}
      </p>
    </DetailSection>
  );
}

function voteMeaning(name: string, isOwn: boolean, caster: string): string {
  return isOwn
    ? `It counts as the vote of ${name}, and cannot be taken back.`
    : `It counts as the vote of ${name}, cast by ${caster}: the record says both. It cannot be taken back.`;
}
