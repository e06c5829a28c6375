import { useState } from 'react';
import type { OnceWork } from '../../../../contract/index.ts';
import { useActor, useActorRefusal } from '../../../acting/acting-store.ts';
import { ActDialog } from '../../../activity/act-dialog.tsx';
import { useWriteRefusal } from '../../../cell/cell-store.ts';
import { Field, TextInput } from '../../../ui/field.tsx';
import { Segmented } from '../../../ui/segmented.tsx';
import { pathProblem } from '../../keys/paths.ts';
import { draftBytes, draftProblem, NO_DRAFT } from '../../keys/value/bytes-draft.ts';
import { BytesField } from '../../keys/value/bytes-field.tsx';
import { abandonWork, claimWork, forgetWork, recordWork, resolveWork } from './once-actions.ts';
import { askOnceNothing, useOnce } from './once-store.ts';

/** The one question that is open, if there is one. */
export function OnceDialogs() {
  const asked = useOnce((state) => state.asked);
  switch (asked.kind) {
    case 'nothing':
      return null;
    case 'claim':
      return <ClaimDialog path={asked.path} />;
    case 'record':
      return <RecordDialog work={asked.work} />;
    case 'abandon':
      return <AbandonDialog work={asked.work} />;
    case 'resolve':
      return <ResolveDialog work={asked.work} isDone={asked.isDone} />;
    case 'forget':
      return <ForgetDialog work={asked.work} />;
  }
}

function ClaimDialog({ path: initial }: { readonly path: string }) {
  const actor = useActor();
  const actorRefusal = useActorRefusal();
  const [path, setPath] = useState(initial);
  const [onDeath, setOnDeath] = useState<OnceWork['onDeath']>('ask');
  return (
    <ActDialog
      title="Claim work"
      description={`As ${actor?.owner || 'nobody'}. If it has been done already, its result is shown instead.`}
      confirm="Claim"
      refusal={actorRefusal || pathProblem(path)}
      run={(tell) => claimWork(tell, path, onDeath, actor!.owner, actor!.sessionId)}
      onClose={askOnceNothing}
    >
      <Field
        label="Work"
        hint="A path that names it, such as /invoices/42/mail"
        error={path === '' ? '' : pathProblem(path)}
      >
        {(ids) => <TextInput {...ids} mono autoFocus value={path} onChange={(event) => setPath(event.target.value)} />}
      </Field>
      <div className="flex flex-col items-start gap-1">
        <span className="text-sm font-medium text-soft">If the session ends before a result is recorded</span>
        <Segmented
          label="If the session ends before a result is recorded"
          value={onDeath}
          choices={[
            { value: 'ask', label: 'Ask a person' },
            { value: 'again', label: 'Let it be claimed again' },
          ]}
          onChange={setOnDeath}
        />
      </div>
    </ActDialog>
  );
}

interface WorkProps {
  readonly work: OnceWork;
}

function RecordDialog({ work }: WorkProps) {
  const [draft, setDraft] = useState(NO_DRAFT);
  return (
    <ActDialog
      title="Record the result"
      description={
        <>
          <span className="font-mono break-all">{work.path}</span> is done then. Whoever asks to do it again is given
          this.
        </>
      }
      confirm="Record"
      refusal={useWriteRefusal() || draftProblem(draft)}
      run={(tell) => recordWork(tell, work, draftBytes(draft)!)}
      onClose={askOnceNothing}
    >
      <BytesField label="Result" draft={draft} rows={4} onChange={setDraft} />
    </ActDialog>
  );
}

function AbandonDialog({ work }: WorkProps) {
  const [why, setWhy] = useState('');
  return (
    <ActDialog
      title="Say that it was not done"
      description={
        <>
          <span className="font-mono break-all">{work.path}</span> can be claimed again then.
        </>
      }
      confirm="It was not done"
      refusal={useWriteRefusal()}
      run={(tell) => abandonWork(tell, work, why)}
      onClose={askOnceNothing}
    >
      <Why why={why} onChange={setWhy} />
    </ActDialog>
  );
}

function ResolveDialog({ work, isDone }: WorkProps & { readonly isDone: boolean }) {
  const actor = useActor();
  const [by, setBy] = useState(actor?.owner ?? '');
  const [why, setWhy] = useState('');
  const [draft, setDraft] = useState(NO_DRAFT);
  const refusal = useWriteRefusal() || (by.trim() === '' ? 'say who you are first' : draftProblem(draft));
  return (
    <ActDialog
      title={isDone ? 'Say that it was done' : 'Say that it was not done'}
      description={
        <>
          <span className="font-mono break-all">{work.path}</span>:{' '}
          {isDone ? 'whoever asks to do it is given the result.' : 'it can be claimed and done again.'} Be sure: nobody
          checks this.
        </>
      }
      confirm={isDone ? 'It was done' : 'It was not done'}
      refusal={refusal}
      run={(tell) => resolveWork(tell, work, { isDone, result: draftBytes(draft)!, by: by.trim(), why })}
      onClose={askOnceNothing}
    >
      <Field label="Who says so" hint="It is kept with the work.">
        {(ids) => <TextInput {...ids} value={by} onChange={(event) => setBy(event.target.value)} />}
      </Field>
      <Why why={why} onChange={setWhy} />
      {isDone ? <BytesField label="Result" draft={draft} onChange={setDraft} /> : null}
    </ActDialog>
  );
}

function ForgetDialog({ work }: WorkProps) {
  return (
    <ActDialog
      title="Forget this work?"
      description={
        <>
          <span className="font-mono break-all">{work.path}</span> can be done again then
          {work.state === 'done' ? ', and its result is gone: a program that repeats it does it a second time.' : '.'}
        </>
      }
      confirm="Forget"
      danger
      refusal={useWriteRefusal()}
      run={(tell) => forgetWork(tell, work)}
      onClose={askOnceNothing}
    />
  );
}

function Why({ why, onChange }: { readonly why: string; readonly onChange: (why: string) => void }) {
  return (
    <Field label="Why" hint="For people: how this is known.">
      {(ids) => <TextInput {...ids} value={why} onChange={(event) => onChange(event.target.value)} />}
    </Field>
  );
}
