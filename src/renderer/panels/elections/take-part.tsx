import { type FormEvent, useState } from 'react';
import type { ElectionView, KeptSession } from '../../../contract/index.ts';
import { useActor, useActorRefusal } from '../../acting/acting-store.ts';
import { AsWhom } from '../../acting/as-whom.tsx';
import { ownerText } from '../../acting/participants.ts';
import { Button } from '../../ui/button.tsx';
import { DetailSection } from '../../ui/facts.tsx';
import { Field, TextInput } from '../../ui/field.tsx';
import { campaign, proclaim, resign } from './election-actions.ts';
import { type Standing, standingOf, standingText } from './election-words.ts';

/** What the chosen participant is in this election, and what it can do. */
export function TakePart({ election }: { readonly election: ElectionView }) {
  const actor = useActor();
  const refusal = useActorRefusal();
  const standing: Standing = actor === undefined ? { kind: 'none' } : standingOf(election, actor.sessionId);
  return (
    <DetailSection framed title="Take part" actions={<AsWhom />}>
      {actor === undefined ? (
        <p className="text-soft">Who stands for election does so in the name of a session.</p>
      ) : (
        <Acting
          // What was typed for one participant, or for standing, is not proclaimed by another or by the winner.
          key={`${actor.sessionId} ${standing.kind}`}
          actor={actor}
          election={election}
          standing={standing}
          refusal={refusal}
        />
      )}
    </DetailSection>
  );
}

const WORDS = {
  none: { field: 'Value to stand with', submit: 'Stand for it', leave: '' },
  waiting: { field: 'Its value', submit: 'Change the value', leave: 'Leave the line' },
  elected: { field: 'Its value', submit: 'Proclaim', leave: 'Resign' },
} as const;

function Acting({
  actor,
  election: { path, tenure },
  standing,
  refusal,
}: {
  readonly actor: KeptSession;
  readonly election: ElectionView;
  readonly standing: Standing;
  readonly refusal: string;
}) {
  const [value, setValue] = useState(standing.kind === 'none' ? '' : standing.value);
  const [busy, setBusy] = useState<'submit' | 'leave'>();
  const words = WORDS[standing.kind];
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (refusal !== '' || busy !== undefined) return;
    setBusy('submit');
    await (standing.kind === 'elected' ? proclaim(actor, path, value, tenure) : campaign(actor, path, value));
    setBusy(undefined);
  };
  const leave = async (): Promise<void> => {
    setBusy('leave');
    await resign(actor, path, standing.kind === 'elected');
    setBusy(undefined);
  };
  return (
    <>
      <p>{standingText(standing, ownerText(actor.sessionId, actor.owner))}</p>
      <form className="flex flex-wrap items-end gap-2" onSubmit={(event) => void submit(event)}>
        <div className="min-w-40 flex-1">
          <Field label={words.field}>
            {(ids) => (
              <TextInput
                {...ids}
                mono
                className="w-full"
                value={value}
                onChange={(event) => setValue(event.target.value)}
              />
            )}
          </Field>
        </div>
        <Button type="submit" variant="primary" busy={busy === 'submit'} refusal={refusal}>
          {words.submit}
        </Button>
        {standing.kind === 'none' ? null : (
          <Button busy={busy === 'leave'} refusal={refusal} onClick={() => void leave()}>
            {words.leave}
          </Button>
        )}
      </form>
    </>
  );
}
