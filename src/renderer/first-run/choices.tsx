import { FlaskConical, Link2, type LucideIcon, Sprout } from 'lucide-react';
import type { ReactNode } from 'react';
import type { AppState } from '../../contract/index.ts';
import { Button } from '../ui/button.tsx';
import type { Beginning } from './app-store.ts';
import { JoinForm } from './join-form.tsx';

/** A new cell, an existing one, or three agents to try it out with. */
export function Choices({
  app,
  busy,
  onBegin,
}: {
  readonly app: AppState;
  readonly busy: boolean;
  readonly onBegin: (beginning: Beginning) => void;
}) {
  return (
    <div className="grid grid-cols-3 gap-4">
      <Choice icon={FlaskConical} title="Try it out" about="Three agents on this machine, each a process of its own.">
        <Points
          points={[
            'Kill one and see the others go on.',
            'Watch every message by which they agree.',
            'Closing the app ends them; their state stays.',
          ]}
        />
        <Button variant="primary" className="mt-auto" busy={busy} onClick={() => onBegin({ choice: 'demo' })}>
          Start a demo cell
        </Button>
      </Choice>
      <Choice icon={Sprout} title="Found a cell" about="A new cell with this agent as its first.">
        <Points
          points={[
            'It takes reads and writes at once.',
            'Alone it survives no failure: add two more agents, here or on other machines.',
            'They join through the command that Participants shows.',
          ]}
        />
        <Button className="mt-auto" busy={busy} onClick={() => onBegin({ choice: 'found' })}>
          Start a new cell
        </Button>
      </Choice>
      <Choice icon={Link2} title="Join a cell" about="One that already runs somewhere.">
        <JoinForm
          key={app.link?.text ?? ''}
          link={app.link}
          busy={busy}
          onJoin={(peers) => onBegin({ choice: 'join', peers })}
        />
      </Choice>
    </div>
  );
}

function Choice({
  icon: Icon,
  title,
  about,
  children,
}: {
  readonly icon: LucideIcon;
  readonly title: string;
  readonly about: string;
  readonly children: ReactNode;
}) {
  return (
    <section aria-label={title} className="flex min-h-72 flex-col gap-2 rounded-lg border border-line bg-raised p-4">
      <div className="flex items-center gap-2">
        <Icon aria-hidden size={18} className="text-accent" />
        <h2 className="text-lg font-semibold">{title}</h2>
      </div>
      <p>{about}</p>
      {children}
    </section>
  );
}

function Points({ points }: { readonly points: readonly string[] }) {
  return (
    <ul className="mb-2 flex list-disc flex-col gap-1 pl-4 text-soft">
      {points.map((point) => (
        <li key={point}>{point}</li>
      ))}
    </ul>
  );
}
