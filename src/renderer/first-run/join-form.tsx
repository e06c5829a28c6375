import { type FormEvent, useState } from 'react';
import type { AppState } from '../../contract/index.ts';
import { client } from '../connection/connection-store.ts';
import { Button } from '../ui/button.tsx';
import { Field, TextInput } from '../ui/field.tsx';
import { WarningNote } from '../ui/notes.tsx';
import { readAddresses } from './addresses.ts';

/** Addresses of agents of a cell. A link fills them in and does nothing else: whoever made it is unknown. */
export function JoinForm({
  link,
  busy,
  onJoin,
}: {
  readonly link: AppState['link'];
  readonly busy: boolean;
  readonly onJoin: (peers: string[]) => void;
}) {
  const [text, setText] = useState(link?.peers.join(', ') ?? '');
  const [told, setTold] = useState(false);
  const { peers, problem } = readAddresses(text);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setTold(true);
    if (problem === '' && !busy) onJoin([...peers]);
  };
  return (
    <form onSubmit={submit} className="flex flex-1 flex-col gap-2">
      {link === null ? null : (
        <WarningNote>
          {link.text} Join only if you know these addresses.
          <div className="mt-1">
            <Button variant="ghost" onClick={() => void client().app.dismissLink()}>
              Forget the link
            </Button>
          </div>
        </WarningNote>
      )}
      <Field
        label="Agents of the cell"
        hint="HOST:PORT, several with commas: any that answers will do."
        error={told ? problem : ''}
      >
        {(ids) => (
          <TextInput
            {...ids}
            mono
            value={text}
            placeholder="10.0.0.5:50101"
            onChange={(event) => setText(event.target.value)}
            onBlur={() => setTold(text.trim() !== '')}
          />
        )}
      </Field>
      <p className="text-soft">
        This agent copies the cell's journal and begins as a learner. It keeps asking until one of them answers.
      </p>
      <Button type="submit" className="mt-auto" busy={busy}>
        Join this cell
      </Button>
    </form>
  );
}
