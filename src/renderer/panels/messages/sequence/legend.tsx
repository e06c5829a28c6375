import { Info } from 'lucide-react';
import { Popover } from 'radix-ui';
import { useMemo } from 'react';
import type { BallotView, Exchange } from '../../../../contract/index.ts';
import { Ballot } from '../../../ui/ballot.tsx';
import { Button } from '../../../ui/button.tsx';
import { useSize } from '../../../ui/use-size.ts';
import { KIND_GROUPS, kindText } from '../message-kinds.ts';

const BALLOTS_SHOWN = 4;
/** Where there is less room than this only the newest ones stand beside the signs. */
const WIDE_PX = 1_300;
const BALLOTS_SHOWN_NARROW = 2;

/** What the lines, heads and colours mean, and whose ballots are in the picture: the newest first. */
export function Legend({ exchanges }: { readonly exchanges: readonly Exchange[] }) {
  const ballots = useMemo(() => newestBallots(exchanges), [exchanges]);
  const [ref, { width }] = useSize<HTMLDivElement>();
  const shown = width < WIDE_PX ? BALLOTS_SHOWN_NARROW : BALLOTS_SHOWN;
  return (
    <div
      ref={ref}
      className="flex h-8 items-center gap-4 overflow-hidden border-t border-line bg-canvas px-3 text-sm whitespace-nowrap text-soft"
    >
      <span className="flex min-w-0 items-center gap-2 overflow-hidden">
        Ballots
        {ballots.length === 0 ? <span className="text-faint">none</span> : null}
        {ballots.slice(0, shown).map((ballot) => (
          <Ballot key={`${ballot.round} ${ballot.agentId}`} ballot={ballot} />
        ))}
        {ballots.length > shown ? `and ${ballots.length - shown} older` : null}
      </span>
      <Sign text="asks or tells">
        <path d="M0 6h22" stroke="currentColor" strokeWidth="1.5" />
        <path d="M28 6l-7-3v6z" fill="currentColor" />
      </Sign>
      <Sign text="answers">
        <path d="M0 6h27M21 3l6 3-6 3" stroke="currentColor" strokeWidth="1.5" fill="none" />
      </Sign>
      <Sign text="in one log only">
        <path d="M0 6h28" stroke="currentColor" strokeWidth="1.5" strokeDasharray="5 4" />
      </Sign>
      <Sign text="dropped">
        <path d="M0 6h16" stroke="currentColor" strokeWidth="1.5" strokeDasharray="5 4" />
        <path d="M14 2l8 8M22 2l-8 8" stroke="var(--bad)" strokeWidth="2" />
      </Sign>
      <span className="ml-auto shrink-0">
        <Kinds />
      </span>
    </div>
  );
}

function Sign({ text, children }: { readonly text: string; readonly children: React.ReactNode }) {
  return (
    <span className="flex shrink-0 items-center gap-1.5">
      <svg aria-hidden width="30" height="12" viewBox="0 0 30 12">
        {children}
      </svg>
      {text}
    </span>
  );
}

function Kinds() {
  return (
    <Popover.Root>
      <Popover.Trigger asChild>
        <Button variant="ghost" icon={Info} className="h-6">
          Kinds of messages
        </Button>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          side="top"
          align="end"
          sideOffset={4}
          aria-label="Kinds of messages"
          className="z-50 max-h-[70vh] w-[440px] overflow-auto rounded-md border border-line-strong bg-raised p-3 shadow-[var(--shadow)]"
        >
          <dl className="flex flex-col gap-2">
            {KIND_GROUPS.map(({ id, title, about, kinds }) => (
              <div key={id}>
                <dt className="font-medium">{title}</dt>
                <dd className="text-soft">{about}</dd>
                <dd className="text-sm text-faint">{kinds.map(kindText).join(' · ')}</dd>
              </div>
            ))}
          </dl>
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

function newestBallots(exchanges: readonly Exchange[]): readonly BallotView[] {
  const seen = new Map<string, BallotView>();
  for (let index = exchanges.length - 1; index >= 0; index -= 1) {
    const { ballot } = exchanges[index]!;
    if (ballot !== null) seen.set(`${ballot.round} ${ballot.agentId}`, ballot);
  }
  return [...seen.values()].sort((one, other) => other.round - one.round);
}
