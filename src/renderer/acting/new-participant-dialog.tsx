import { type FormEvent, useState } from 'react';
import { act } from '../activity/activity-store.ts';
import { useWriteRefusal } from '../cell/cell-store.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Field, TextInput } from '../ui/field.tsx';
import { ErrorNote } from '../ui/notes.tsx';
import { NumberField } from '../ui/number-field.tsx';
import { askForParticipant, DEFAULT_TTL_MS, openParticipant, useActing } from './acting-store.ts';
import { isAlive, nextName, sessionText } from './participants.ts';

const TTL_SECONDS_MIN = 0.5;
const TTL_SECONDS_MAX = 3_600;

/** A participant is a real session, under a name for people. */
export function NewParticipantDialog() {
  const participants = useActing((state) => state.participants);
  const refusal = useWriteRefusal();
  const [owner, setOwner] = useState(() => nextName(participants.filter(isAlive).map((session) => session.owner)));
  const [ttl, setTtl] = useState(String(DEFAULT_TTL_MS / 1_000));
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const ttlSeconds = Number(ttl);
  const isTtl = ttl.trim() !== '' && ttlSeconds >= TTL_SECONDS_MIN && ttlSeconds <= TTL_SECONDS_MAX;
  const ttlProblem = isTtl ? '' : `From ${TTL_SECONDS_MIN} to ${TTL_SECONDS_MAX} seconds.`;
  const cannot = refusal || (owner.trim() === '' ? 'it needs a name' : ttlProblem);

  const open = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (cannot !== '' || busy) return;
    setBusy(true);
    const opened = await act(
      `New participant ${owner.trim()}`,
      () =>
        openParticipant(owner.trim(), Math.round(ttlSeconds * 1_000)).catch((failed: unknown) => {
          setError(failed);
          throw failed;
        }),
      sessionText,
    );
    setBusy(false);
    if (opened !== undefined) askForParticipant(false);
  };
  return (
    <Dialog
      open
      onOpenChange={askForParticipant}
      title="New participant"
      description="Opens a session of its own. This window keeps it alive, and acts in its name."
      footer={
        <>
          <Button onClick={() => askForParticipant(false)}>Cancel</Button>
          <Button type="submit" form="new-participant" variant="primary" busy={busy} refusal={cannot}>
            Open the session
          </Button>
        </>
      }
    >
      <form id="new-participant" className="flex flex-col gap-3" onSubmit={(event) => void open(event)}>
        <Field label="Name" hint="For people: others see it as holder, candidate, member.">
          {(ids) => <TextInput {...ids} value={owner} onChange={(event) => setOwner(event.target.value)} />}
        </Field>
        <NumberField
          label="TTL in seconds"
          hint="Paused for longer, it ends with everything it holds."
          error={ttlProblem}
          className="w-24"
          value={ttl}
          onChange={setTtl}
        />
        {error === undefined ? null : <ErrorNote error={error} isWrite />}
      </form>
    </Dialog>
  );
}
