import { UserPlus } from 'lucide-react';
import { useActing } from '../../acting/acting-store.ts';
import { isAlive, ownerText } from '../../acting/participants.ts';
import { useCell } from '../../cell/cell-store.ts';
import { Button } from '../../ui/button.tsx';
import { Field } from '../../ui/field.tsx';
import { Segmented } from '../../ui/segmented.tsx';
import type { PartProps } from './propose-dialog.tsx';
import { namesOf, type ProposalDraft, withName } from './propose-form.ts';

/** Who may vote. */
export function ElectorateField({ draft, problems, change }: PartProps) {
  const view = useCell((state) => state.view);
  const voters = view?.participants.filter(({ role }) => role === 'voter') ?? [];
  return (
    <div className="flex flex-col gap-1">
      <span aria-hidden className="text-sm font-medium text-soft">
        Who votes
      </span>
      <div>
        <Segmented<ProposalDraft['electorate']>
          label="Who votes"
          value={draft.electorate}
          choices={[
            { value: 'cell', label: 'the voters of the cell' },
            { value: 'named', label: 'whoever is named' },
          ]}
          onChange={(electorate) => change({ electorate })}
        />
      </div>
      {draft.electorate === 'cell' ? (
        <p className="text-sm text-faint">
          {voters.map(({ name }) => name).join(', ')}, as they are when it is proposed
        </p>
      ) : (
        <Names draft={draft} problems={problems} change={change} />
      )}
    </div>
  );
}

function Names({ draft, problems, change }: PartProps) {
  const participants = useActing((state) => state.participants);
  const named = new Set(namesOf(draft.names));
  const offered = participants
    .filter(isAlive)
    .map(({ sessionId, owner }) => ownerText(sessionId, owner))
    .filter((name, index, all) => !named.has(name) && all.indexOf(name) === index);
  return (
    <>
      <Field label="Names, one a line" hint="Owners or ids of sessions, agents, people" error={problems.names}>
        {(ids) => (
          <textarea
            {...ids}
            rows={4}
            spellCheck={false}
            value={draft.names}
            onChange={(event) => change({ names: event.target.value })}
            className="rounded-md border border-line-strong bg-surface px-2 py-1"
          />
        )}
      </Field>
      <div className="flex flex-wrap gap-1.5">
        {offered.map((name) => (
          <Button
            key={name}
            variant="ghost"
            icon={UserPlus}
            onClick={() => change({ names: withName(draft.names, name) })}
            aria-label={`Add ${name} to who votes`}
          >
            {name}
          </Button>
        ))}
      </div>
    </>
  );
}
