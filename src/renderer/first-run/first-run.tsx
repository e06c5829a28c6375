import { CircleAlert, LoaderCircle } from 'lucide-react';
import { useState } from 'react';
import type { AppState } from '../../contract/index.ts';
import { client } from '../connection/connection-store.ts';
import { Mark } from '../frame/mark.tsx';
import { Copyable } from '../ui/copyable.tsx';
import { ErrorNote, WarningNote } from '../ui/notes.tsx';
import type { Beginning } from './app-store.ts';
import { Choices } from './choices.tsx';

/** What the first window asks, and what it shows until there is an agent. Nothing is started without a click. */
export function FirstRun({ app }: { readonly app: AppState }) {
  const [error, setError] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const begin = async (beginning: Beginning): Promise<void> => {
    setBusy(true);
    setError(undefined);
    try {
      await client().app.begin(beginning);
    } catch (failed) {
      setError(failed);
    } finally {
      setBusy(false);
    }
  };
  return (
    <main className="h-full overflow-y-auto bg-canvas">
      <div className="mx-auto flex min-h-full w-[920px] max-w-full flex-col justify-center gap-5 p-8">
        <header>
          <div className="flex items-center gap-2.5">
            <Mark size={28} />
            <h1 className="text-xl font-semibold">{TITLES[app.phase]}</h1>
          </div>
          <p className="mt-1 text-soft">
            Each app is an agent of a cell: several agree on one key-value store, and go on as long as a majority of
            them answers.
          </p>
        </header>
        {app.phase === 'starting' ? <Starting message={app.message} /> : null}
        {app.phase === 'failed' ? <Failed message={app.message} /> : null}
        {app.phase === 'choosing' ? (
          <>
            {app.message === '' ? null : <WarningNote>{app.message}</WarningNote>}
            {error === undefined ? null : <ErrorNote error={error} />}
            <Choices app={app} busy={busy} onBegin={(beginning) => void begin(beginning)} />
          </>
        ) : null}
        <footer className="flex items-center gap-4 text-sm text-faint">
          <span className="flex min-w-0 items-center gap-1">
            State directory <Copyable mono text={app.stateDir} label="state directory" />
          </span>
          <span className="ml-auto">Synod {app.version}</span>
        </footer>
      </div>
    </main>
  );
}

const TITLES: Readonly<Record<AppState['phase'], string>> = {
  choosing: 'What should this agent be?',
  starting: 'Starting',
  running: 'Running',
  failed: 'The agent cannot run',
};

function Starting({ message }: { readonly message: string }) {
  return (
    <div role="status" className="flex items-center gap-3 rounded-lg border border-line bg-raised p-4">
      <LoaderCircle aria-hidden size={20} className="animate-spin text-accent" />
      <div>
        <div className="font-medium">{message || 'Starting the agent.'}</div>
        <div className="text-soft">
          It goes on by itself. Looking for a cell takes as long as none of its agents answers; to give up, quit the
          app.
        </div>
      </div>
    </div>
  );
}

function Failed({ message }: { readonly message: string }) {
  return (
    <div role="alert" className="flex items-start gap-3 rounded-lg border border-bad bg-bad-soft p-4 text-bad">
      <CircleAlert aria-hidden size={20} className="shrink-0" />
      <div className="min-w-0">
        <div className="font-medium break-words">{message}</div>
        <div>What it had acknowledged is on its disk. Put right what is said here, then start the app again.</div>
      </div>
    </div>
  );
}
