import { CircleCheck, CircleSlash, PencilLine } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import type { LockView } from '../../../contract/index.ts';
import { nameOfSession, useActing } from '../../acting/acting-store.ts';
import { ownerText } from '../../acting/participants.ts';
import { act } from '../../activity/activity-store.ts';
import { useWriteRefusal } from '../../cell/cell-store.ts';
import { effectText } from '../../connection/failure.ts';
import { Button } from '../../ui/button.tsx';
import { DetailSection } from '../../ui/facts.tsx';
import { Field, Select, TextInput } from '../../ui/field.tsx';
import { SlotLink } from '../../ui/slot-link.tsx';
import {
  clearAttempts,
  refusalText,
  tokenChoices,
  useWriteAttempts,
  type WriteAttempt,
  writeBelow,
} from './write-attempts.ts';

const NO_TOKEN = '0';
const OTHER_TOKEN = 'other';
const NONE: never[] = [];

/** Writes a key below the lock, in the name of anybody and with any token, to see what the guard says. */
export function GuardedWrite({ lock }: { readonly lock: LockView }) {
  const participants = useActing((state) => state.participants);
  const chosenId = useActing((state) => state.chosenId);
  const refusal = useWriteRefusal();
  const [name, setName] = useState('state');
  const [text, setText] = useState('written by hand');
  const [writerId, setWriterId] = useState<string>();
  const [token, setToken] = useState(NO_TOKEN);
  const [typed, setTyped] = useState('');
  const [busy, setBusy] = useState(false);
  const writer = participants.find(({ sessionId }) => sessionId === (writerId ?? chosenId));
  const choices = tokenChoices(lock);
  const chosenToken =
    token === OTHER_TOKEN || choices.some((choice) => String(choice.token) === token) ? token : NO_TOKEN;
  const fencingToken = Number(chosenToken === OTHER_TOKEN ? typed : chosenToken);
  const wrong =
    name === '' || name.startsWith('/')
      ? 'name a key below the lock, such as state'
      : Number.isSafeInteger(fencingToken) && fencingToken >= 0
        ? ''
        : 'a token is a whole number';

  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (refusal !== '' || wrong !== '' || busy) return;
    setBusy(true);
    const path = `${lock.path}/${name}`;
    const by = writer === undefined ? 'nobody' : ownerText(writer.sessionId, writer.owner);
    await act(
      `Write ${path} as ${by}`,
      () => writeBelow(lock.path, { path, text, writer, fencingToken: writer === undefined ? 0 : fencingToken }),
      ({ version }) => `version ${version}`,
    );
    setBusy(false);
  };
  return (
    <DetailSection title="Write a key below it, and see what the guard says" framed>
      <form className="grid grid-cols-2 gap-x-3 gap-y-1" onSubmit={(event) => void submit(event)}>
        <Field label="Key below the lock">
          {(ids) => <TextInput {...ids} mono value={name} onChange={(event) => setName(event.target.value)} />}
        </Field>
        <Field label="Value">
          {(ids) => <TextInput {...ids} mono value={text} onChange={(event) => setText(event.target.value)} />}
        </Field>
        <Field label="As">
          {(ids) => (
            <Select
              {...ids}
              label="As"
              value={writer?.sessionId ?? ''}
              choices={[
                ...participants.map((session) => ({
                  value: session.sessionId,
                  label: `${ownerText(session.sessionId, session.owner)}${session.state === 'kept' ? '' : ` (${session.state})`}`,
                })),
                { value: '', label: 'no participant' },
              ]}
              onChange={setWriterId}
            />
          )}
        </Field>
        <Field label="Fencing token">
          {(ids) => (
            <div className="flex gap-1.5">
              <Select
                {...ids}
                label="Fencing token"
                className="flex-1"
                value={chosenToken}
                disabled={writer === undefined}
                choices={[
                  { value: NO_TOKEN, label: 'none' },
                  ...choices.map((choice) => ({ value: String(choice.token), label: choice.label })),
                  { value: OTHER_TOKEN, label: 'another…' },
                ]}
                onChange={setToken}
              />
              {chosenToken === OTHER_TOKEN ? (
                <TextInput
                  mono
                  aria-label="Another fencing token"
                  inputMode="numeric"
                  className="w-20"
                  value={typed}
                  onChange={(event) => setTyped(event.target.value)}
                />
              ) : null}
            </div>
          )}
        </Field>
        <div className="col-span-2">
          <Button type="submit" icon={PencilLine} busy={busy} refusal={refusal || wrong}>
            Write
          </Button>
        </div>
      </form>
      <Attempts lock={lock} />
    </DetailSection>
  );
}

function Attempts({ lock }: { readonly lock: LockView }) {
  const attempts = useWriteAttempts(({ byLock }) => byLock[lock.path]) ?? NONE;
  if (attempts.length === 0) {
    return <p className="text-soft">What comes of it is listed here, with the reason when it is refused.</p>;
  }
  return (
    <>
      <ol aria-label="Writes below the lock" aria-live="polite" className="flex flex-col gap-2">
        {attempts.map((attempt) => (
          <Attempt key={attempt.id} attempt={attempt} lock={lock} />
        ))}
      </ol>
      <div>
        <Button variant="ghost" onClick={() => clearAttempts(lock.path)}>
          Clear the list
        </Button>
      </div>
    </>
  );
}

function Attempt({ attempt, lock }: { readonly attempt: WriteAttempt; readonly lock: LockView }) {
  const { by, path, fencingToken, outcome } = attempt;
  const how = fencingToken === 0 ? 'without a token' : `with token ${fencingToken}`;
  if (outcome.kind === 'written') {
    return (
      <li className="flex items-start gap-2">
        <CircleCheck aria-hidden size={15} className="mt-0.5 shrink-0 text-good" />
        <span className="min-w-0 break-words">
          Written by {by} {how}: version {outcome.version} of <span className="font-mono">{path}</span>, slot{' '}
          <SlotLink slot={outcome.slot} />.
        </span>
      </li>
    );
  }
  const { failure, holder } = outcome;
  const named = holder === lock.sessionId ? nameOfSession(holder, lock.owner) : holder && nameOfSession(holder, '');
  return (
    <li className="flex items-start gap-2">
      <CircleSlash aria-hidden size={15} className="mt-0.5 shrink-0 text-bad" />
      <div className="min-w-0 break-words">
        <div className="text-bad">
          Refused to {by} {how}: {failure.message}
        </div>
        <div className="text-sm text-soft">
          <span className="font-mono">{failure.reason}</span> · {refusalText(failure.reason, by, named, fencingToken)}{' '}
          {effectText(failure.effect)}
        </div>
      </div>
    </li>
  );
}
