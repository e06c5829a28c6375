import { useVirtualizer } from '@tanstack/react-virtual';
import { useMemo, useRef, useState } from 'react';
import type { SessionList, SessionView } from '../../../contract/index.ts';
import { useActing, useNameOfSession } from '../../acting/acting-store.ts';
import { isOfAgent } from '../../acting/own-session.ts';
import { sessionText, shortSessionId } from '../../acting/participants.ts';
import { useParticipant } from '../../cell/cell-store.ts';
import { useFollow } from '../../connection/follow.ts';
import { TextInput } from '../../ui/field.tsx';
import { countText } from '../../ui/numbers.ts';
import { StreamNote } from '../../ui/stream-note.tsx';

/** Who is chosen or may be; not alive any more: it can only be taken out. */
type Candidate = Pick<SessionView, 'sessionId' | 'owner'> & { readonly isAlive: boolean };

const ROW_HEIGHT = 28;

/** Live sessions, some of which are chosen; those who are chosen already and have ended stay in sight. */
export function SessionPicker({
  label,
  members,
  chosen,
  onChange,
}: {
  readonly label: string;
  readonly members: readonly Pick<SessionView, 'sessionId' | 'owner'>[];
  readonly chosen: readonly string[];
  readonly onChange: (chosen: readonly string[]) => void;
}) {
  const [sessions, setSessions] = useState<readonly SessionView[]>();
  const [problem, setProblem] = useState<unknown>();
  const [text, setText] = useState('');
  useFollow<SessionList>(
    {
      open: (client, signal) => client.sessions.watch(undefined, { signal }),
      onEvent: (told) => {
        setSessions(told.sessions);
        setProblem(undefined);
      },
      onEnd: setProblem,
    },
    [],
  );
  const candidates = useMemo(() => candidatesOf(sessions, members), [sessions, members]);
  const wanted = text.trim().toLowerCase();
  const shown = useMemo(
    () => candidates.filter(({ sessionId, owner }) => `${owner} ${sessionId}`.toLowerCase().includes(wanted)),
    [candidates, wanted],
  );
  const toggle = (sessionId: string, isIn: boolean): void =>
    onChange(isIn ? [...chosen, sessionId] : chosen.filter((id) => id !== sessionId));
  return (
    <fieldset className="flex min-w-0 flex-col gap-1">
      <legend className="sr-only">{label}</legend>
      <div className="flex items-center gap-2">
        <TextInput
          type="search"
          aria-label="Filter sessions"
          placeholder="Owner or id"
          value={text}
          onChange={(event) => setText(event.target.value)}
          className="w-44"
        />
        <span className="text-sm text-soft">
          {sessions === undefined
            ? 'Asking who is alive…'
            : `${countText(chosen.length)} chosen of ${countText(candidates.length)}${
                shown.length === candidates.length ? '' : `, ${countText(shown.length)} match`
              }`}
        </span>
      </div>
      <StreamNote problem={problem} />
      <Rows shown={shown} chosen={new Set(chosen)} onToggle={toggle} />
    </fieldset>
  );
}

function Rows({
  shown,
  chosen,
  onToggle,
}: {
  readonly shown: readonly Candidate[];
  readonly chosen: ReadonlySet<string>;
  readonly onToggle: (sessionId: string, isIn: boolean) => void;
}) {
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: shown.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 6,
  });
  return (
    <div ref={scroller} className="h-44 overflow-y-auto rounded-md border border-line-strong bg-surface">
      <div className="relative" style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map(({ index, start }) => {
          const candidate = shown[index]!;
          return (
            <div
              key={candidate.sessionId}
              className="absolute inset-x-0 top-0"
              style={{ height: ROW_HEIGHT, transform: `translateY(${start}px)` }}
            >
              <Choice
                candidate={candidate}
                isChosen={chosen.has(candidate.sessionId)}
                onChange={(isIn) => onToggle(candidate.sessionId, isIn)}
              />
            </div>
          );
        })}
      </div>
    </div>
  );
}

function Choice({
  candidate: { sessionId, owner, isAlive },
  isChosen,
  onChange,
}: {
  readonly candidate: Candidate;
  readonly isChosen: boolean;
  readonly onChange: (isChosen: boolean) => void;
}) {
  const own = useNameOfSession(sessionId, owner);
  // The session that an agent has of its own belongs to the agent.
  const agent = useParticipant(owner);
  const name = agent === undefined ? own : `agent ${agent.name}`;
  return (
    <label
      title={sessionId}
      className="flex h-full items-center gap-2 px-2 hover:bg-hover has-[:focus-visible]:bg-hover"
    >
      <input
        type="checkbox"
        checked={isChosen}
        onChange={(event) => onChange(event.target.checked)}
        className="size-3.5 shrink-0 accent-accent"
      />
      <span className="truncate">{name}</span>
      {name === sessionText(sessionId) ? null : (
        <span className="font-mono text-sm text-faint">{shortSessionId(sessionId)}</span>
      )}
      {isAlive ? null : <span className="text-sm text-bad">has ended</span>}
    </label>
  );
}

const BY_TEXT = new Intl.Collator('en', { numeric: true });

/** Participants of this window first, those of agents last. */
function rank({ sessionId }: Candidate): number {
  if (useActing.getState().participants.some((own) => own.sessionId === sessionId)) return 0;
  return isOfAgent(sessionId) ? 2 : 1;
}

function candidatesOf(
  sessions: readonly SessionView[] | undefined,
  members: readonly Pick<SessionView, 'sessionId' | 'owner'>[],
): readonly Candidate[] {
  if (sessions === undefined) return [];
  const alive = new Set(sessions.map(({ sessionId }) => sessionId));
  return [
    ...members
      .filter(({ sessionId }) => !alive.has(sessionId))
      .map(({ sessionId, owner }) => ({ sessionId, owner, isAlive: false })),
    ...sessions
      .map(({ sessionId, owner }) => ({ sessionId, owner, isAlive: true }))
      .sort(
        (a, b) => rank(a) - rank(b) || BY_TEXT.compare(a.owner, b.owner) || BY_TEXT.compare(a.sessionId, b.sessionId),
      ),
  ];
}
