import { act } from '../../activity/activity-store.ts';
import { useWriteRefusal } from '../../cell/cell-store.ts';
import { Button } from '../../ui/button.tsx';
import { WarningNote } from '../../ui/notes.tsx';
import { endLabSessions, useLeftSessions } from './lab-sessions.ts';

/** A page that is loaded again knows its sessions and keys, and nothing of how far they had come: they can only be ended. */
export function LeftThings({
  prefix,
  known,
  keys,
  removeKeys,
}: {
  readonly prefix: string;
  readonly known: readonly string[];
  readonly keys: readonly string[];
  readonly removeKeys: () => Promise<void>;
}) {
  const sessions = useLeftSessions(prefix, known);
  const refusal = useWriteRefusal();
  const things = [
    ...(sessions.length === 0 ? [] : [sessions.length === 1 ? 'one session' : `${sessions.length} sessions`]),
    ...(keys.length === 0 ? [] : [keys.length === 1 ? `the key ${keys[0]}` : `the keys ${keys.join(', ')}`]),
  ].join(' and ');
  if (things === '') return null;
  const cleanUp = (): void =>
    void act(`Clean up ${things}`, async () => {
      await endLabSessions(sessions);
      await removeKeys();
    });
  return (
    <div className="p-2">
      <WarningNote>
        <span className="flex items-center gap-3">
          <span className="min-w-0 flex-1 break-words">
            From before this page was loaded again there {sessions.length + keys.length === 1 ? 'is' : 'are'} {things}.
            Cleaning up, or beginning anew, ends and deletes {sessions.length + keys.length === 1 ? 'it' : 'them'}.
          </span>
          <Button refusal={refusal} onClick={cleanUp}>
            Clean up
          </Button>
        </span>
      </WarningNote>
    </div>
  );
}
