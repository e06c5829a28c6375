import { CircleCheck, CircleHelp, Footprints, Megaphone, MessageCircleQuestion, Send, ThumbsUp } from 'lucide-react';
import { useMemo } from 'react';
import { useShallow } from 'zustand/react/shallow';
import type { Exchange } from '../../../../contract/index.ts';
import { useCell } from '../../../cell/cell-store.ts';
import type { Loaded } from '../../../connection/load.ts';
import { navigate } from '../../../navigation/navigation-store.ts';
import { Button } from '../../../ui/button.tsx';
import { clockText } from '../../../ui/clock-text.ts';
import { ErrorNote } from '../../../ui/notes.tsx';
import { listed, type StoryStep, storyOf } from './story.ts';

const ICONS: Readonly<Record<StoryStep['kind'], typeof Send>> = {
  asked: MessageCircleQuestion,
  proposed: Send,
  recovered: Send,
  accepted: ThumbsUp,
  chosen: CircleCheck,
  told: Megaphone,
  unknown: CircleHelp,
};

/** What happened to one slot, in words; each step leads to the message that shows it. */
export function StoryPane({
  slot,
  loaded,
  exchanges,
  nameOf,
  selected,
  onSelect,
  onStop,
}: {
  readonly slot: number;
  readonly loaded: Loaded<readonly Exchange[]>;
  /** Also what came since it was loaded. */
  readonly exchanges: readonly Exchange[];
  readonly nameOf: (id: string) => string;
  readonly selected: string;
  readonly onSelect: (messageId: string) => void;
  readonly onStop: () => void;
}) {
  const voters = useCell(
    useShallow(({ view }) =>
      (view?.participants ?? []).filter(({ role }) => role === 'voter').map(({ agentId }) => agentId),
    ),
  );
  const appliedBy = useCell(
    useShallow(({ view }) =>
      (view?.participants ?? []).filter(({ applied }) => applied >= slot).map(({ agentId }) => agentId),
    ),
  );
  const steps = useMemo(() => storyOf(slot, exchanges, { nameOf, voters }), [slot, exchanges, nameOf, voters]);
  return (
    <section
      aria-label={`Story of slot ${slot}`}
      className="flex w-80 shrink-0 flex-col border-l border-line bg-surface"
    >
      <div className="flex min-h-9 items-center gap-2 border-b border-line px-3 py-1">
        <Footprints aria-hidden size={15} className="text-accent" />
        <h2 className="font-medium">Story of slot {slot}</h2>
        <span className="ml-auto">
          <Button variant="ghost" onClick={onStop}>
            Stop following
          </Button>
        </span>
      </div>
      {loaded.error === undefined ? null : <ErrorNote error={loaded.error} onRetry={loaded.reload} />}
      {loaded.data === undefined ? (
        loaded.error === undefined ? (
          <p aria-busy className="min-h-0 flex-1 p-3 text-soft">
            Reading the logs of all participants…
          </p>
        ) : null
      ) : (
        <ol className="min-h-0 flex-1 overflow-auto p-2">
          {steps.map((step) => (
            <Step
              key={`${step.kind} ${step.id ?? ''} ${step.text}`}
              step={step}
              isSelected={step.id !== undefined && step.id === selected}
              onSelect={onSelect}
            />
          ))}
          <li className="flex gap-2 rounded-sm px-2 py-1.5">
            <CircleCheck aria-hidden size={15} className="mt-0.5 shrink-0 text-good" />
            <span>
              {appliedBy.length === 0
                ? 'Nobody is known to have applied it yet.'
                : `Applied by now on ${listed(appliedBy.map(nameOf))}.`}
            </span>
          </li>
        </ol>
      )}
      <div className="flex gap-2 border-t border-line p-2">
        <Button onClick={() => navigate('journal', { slot: String(slot) })}>Its entry in the journal</Button>
        <Button variant="ghost" onClick={loaded.reload}>
          Read again
        </Button>
      </div>
    </section>
  );
}

function Step({
  step,
  isSelected,
  onSelect,
}: {
  readonly step: StoryStep;
  readonly isSelected: boolean;
  readonly onSelect: (messageId: string) => void;
}) {
  const { kind, atMs, text, id } = step;
  const Icon = ICONS[kind];
  const content = (
    <>
      <Icon aria-hidden size={15} className={`mt-0.5 shrink-0 ${kind === 'chosen' ? 'text-good' : 'text-soft'}`} />
      <span className="min-w-0">
        {atMs === 0 ? null : <span className="mr-2 font-mono text-sm text-faint">{clockText(atMs)}</span>}
        {text}
      </span>
    </>
  );
  if (id === undefined) return <li className="flex gap-2 px-2 py-1.5 text-soft">{content}</li>;
  return (
    <li>
      <button
        type="button"
        aria-pressed={isSelected}
        onClick={() => onSelect(id)}
        className={`flex w-full gap-2 rounded-sm px-2 py-1.5 text-left ${isSelected ? 'bg-selected' : 'hover:bg-hover'}`}
      >
        {content}
      </button>
    </li>
  );
}
