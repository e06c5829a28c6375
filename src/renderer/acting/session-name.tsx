import { Copyable } from '../ui/copyable.tsx';
import { useNameOfSession } from './acting-store.ts';
import { sessionText } from './participants.ts';

/** Whose session it is, `you: alice` for one of this window; the id on demand, to copy. */
export function SessionName({ sessionId, owner }: { readonly sessionId: string; readonly owner: string }) {
  const name = useNameOfSession(sessionId, owner);
  return (
    <Copyable
      text={sessionId}
      shown={name}
      label={`id of ${name === sessionText(sessionId) ? 'the session' : `the session of ${name}`}`}
    />
  );
}
