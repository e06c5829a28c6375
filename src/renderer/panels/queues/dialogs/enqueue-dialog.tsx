import { Plus, X } from 'lucide-react';
import { useState } from 'react';
import { useActor } from '../../../acting/acting-store.ts';
import { ActDialog } from '../../../activity/act-dialog.tsx';
import { useWriteRefusal } from '../../../cell/cell-store.ts';
import { replaceQuery, useNavigation } from '../../../navigation/navigation-store.ts';
import { Button, IconButton } from '../../../ui/button.tsx';
import { classes } from '../../../ui/classes.ts';
import { Field, TextInput } from '../../../ui/field.tsx';
import { NumberField } from '../../../ui/number-field.tsx';
import { pathProblem } from '../../keys/paths.ts';
import { BytesField } from '../../keys/value/bytes-field.tsx';
import { enqueue } from '../entry-actions.ts';
import { askNothing } from '../queues-store.ts';
import {
  draftsProblem,
  ENTRIES_MAX,
  type EntryDraft,
  entriesOf,
  letterOf,
  newDraft,
  parseAfter,
  type RetryDraft,
  USUAL_RETRY,
} from './enqueue-draft.ts';

/** One entry or several, which may wait for each other, added in one step. */
export function EnqueueDialog({ path: initial, after }: { readonly path: string; readonly after: readonly number[] }) {
  const [path, setPath] = useState(initial);
  const [drafts, setDrafts] = useState<readonly EntryDraft[]>([newDraft(1, after)]);
  const [retry, setRetry] = useState(USUAL_RETRY);
  const writeRefusal = useWriteRefusal();
  const actor = useActor();
  const isOpen = useNavigation(({ query }) => query.queue === path);
  const problem = draftsProblem(drafts, retry);
  const refusal = writeRefusal || pathProblem(path) || problem;
  const change = (id: number, next: Partial<EntryDraft>): void =>
    setDrafts((before) => before.map((draft) => (draft.id === id ? { ...draft, ...next } : draft)));
  return (
    <ActDialog
      title="Add entries"
      description={
        actor === undefined
          ? 'In one step: all of them or none. The queue is made by its first entry.'
          : `In one step, in the name of ${actor.owner}: all of them or none.`
      }
      size="medium"
      confirm={drafts.length === 1 ? 'Add the entry' : `Add ${drafts.length} entries`}
      refusal={refusal}
      onClose={askNothing}
      run={async (tell) => {
        const as = actor === undefined ? undefined : { sessionId: actor.sessionId };
        const done = await enqueue(tell, path, entriesOf(drafts, retry), actor?.owner ?? '', as);
        if (done && !isOpen) replaceQuery({ tab: '', queue: path, states: '', after: '', entry: '' });
        return done;
      }}
    >
      <Field label="Queue" hint="A path, such as /jobs/import" error={path === '' ? '' : pathProblem(path)}>
        {(ids) => (
          <TextInput
            {...ids}
            mono
            autoFocus={initial === ''}
            value={path}
            onChange={(event) => setPath(event.target.value)}
          />
        )}
      </Field>
      {drafts.map((draft, place) => (
        <DraftFields
          key={draft.id}
          draft={draft}
          place={place}
          count={drafts.length}
          isFirst={initial !== '' && place === 0}
          onChange={(next) => change(draft.id, next)}
          onRemove={() => setDrafts(drafts.filter(({ id }) => id !== draft.id))}
        />
      ))}
      <div>
        <Button
          icon={Plus}
          refusal={drafts.length < ENTRIES_MAX ? '' : `at most ${ENTRIES_MAX} are added in one step`}
          onClick={() => setDrafts([...drafts, newDraft(Math.max(0, ...drafts.map(({ id }) => id)) + 1)])}
        >
          Another entry
        </Button>
      </div>
      <RetryFields retry={retry} onChange={setRetry} />
    </ActDialog>
  );
}

function DraftFields({
  draft,
  place,
  count,
  isFirst,
  onChange,
  onRemove,
}: {
  readonly draft: EntryDraft;
  readonly place: number;
  readonly count: number;
  /** Where typing begins. */
  readonly isFirst: boolean;
  readonly onChange: (next: Partial<EntryDraft>) => void;
  readonly onRemove: () => void;
}) {
  const letter = letterOf(place);
  const parsed = parseAfter(draft.after, count);
  const others = count === 1 ? '' : ', or letters of entries here';
  return (
    <fieldset className="flex min-w-0 flex-col gap-2 rounded-md border border-line p-3">
      <legend className={count === 1 ? 'sr-only' : 'px-1 font-semibold'}>Entry {letter}</legend>
      <BytesField
        label={count === 1 ? 'Payload' : `Payload of ${letter}`}
        {...(count === 1 ? { hint: 'What the worker is given' } : {})}
        draft={draft.payload}
        rows={2}
        autoFocus={isFirst}
        onChange={(payload) => onChange({ payload })}
      />
      <div
        className={classes(
          'grid items-start gap-3',
          count === 1 ? 'grid-cols-2' : 'grid-cols-[minmax(0,1fr)_minmax(0,1fr)_auto]',
        )}
      >
        <Field
          label={count === 1 ? 'After' : `${letter} comes after`}
          hint={place > 0 ? '' : `Numbers of entries that must be done first${others}`}
          error={parsed.kind === 'problem' ? parsed.problem : ''}
        >
          {(ids) => (
            <TextInput
              {...ids}
              mono
              value={draft.after}
              onChange={(event) => onChange({ after: event.target.value })}
            />
          )}
        </Field>
        <Field
          label={count === 1 ? 'Only for' : `${letter} is only for`}
          hint={place > 0 ? '' : 'Name of the worker; empty: any'}
        >
          {(ids) => (
            <TextInput
              {...ids}
              value={draft.assignee}
              onChange={(event) => onChange({ assignee: event.target.value })}
            />
          )}
        </Field>
        {count === 1 ? null : (
          <div className="pt-5">
            <IconButton icon={X} label={`Without entry ${letter}`} onClick={onRemove} />
          </div>
        )}
      </div>
    </fieldset>
  );
}

function RetryFields({
  retry,
  onChange,
}: {
  readonly retry: RetryDraft;
  readonly onChange: (retry: RetryDraft) => void;
}) {
  const field = (name: keyof RetryDraft, label: string, hint: string) => (
    <NumberField
      label={label}
      hint={hint}
      value={retry[name]}
      onChange={(value) => onChange({ ...retry, [name]: value })}
    />
  );
  return (
    <div className="grid grid-cols-3 gap-3">
      {field('maxAttempts', 'Attempts', 'Then it is dead; 0: never')}
      {field('backoffSeconds', 'Seconds after a failure', 'Twice as long each time')}
      {field('backoffMaxSeconds', 'At most', 'Seconds; 0: no bound')}
    </div>
  );
}
