import { MoreHorizontal, Search } from 'lucide-react';
import { Popover } from 'radix-ui';
import type { CellView } from '../../contract/index.ts';
import { useCell } from '../cell/cell-store.ts';
import { useConnection } from '../connection/connection-store.ts';
import { StateBadge } from '../ui/agent-mark.tsx';
import { Badge } from '../ui/badge.tsx';
import { Ballot } from '../ui/ballot.tsx';
import { Button } from '../ui/button.tsx';
import { classes } from '../ui/classes.ts';
import { SlotLink } from '../ui/slot-link.tsx';
import { ageText, useNowMs } from '../ui/time.tsx';
import { FollowedSlotChip } from './followed-slot-chip.tsx';
import { Mark } from './mark.tsx';
import { openPalette } from './palette-store.ts';
import { TopNotice } from './top-notice.tsx';

type AgentStatus = CellView['status'];

/** This agent, and how old each fact is. */
export function TopBar() {
  const { view, receivedMs } = useCell();
  const phase = useConnection((state) => state.phase);
  const now = useNowMs();
  const self = view?.participants.find((participant) => participant.isSelf);
  // Where there is no room for both, what is wrong goes before numbers that stand still.
  const isNoticed = phase === 'lost' || view?.status.writable === false || view?.status.readOnly === true;
  return (
    <header className="flex h-11 items-center gap-4 border-b border-line bg-canvas px-3 max-[959px]:gap-2">
      <div className="flex w-36 shrink-0 items-center gap-2 font-semibold max-[959px]:w-6">
        <Mark />
        <span className="max-[959px]:sr-only">Synod</span>
      </div>
      {view === undefined ? (
        <span className="text-faint">{phase === 'lost' ? 'no answer from the agent' : 'asking the agent…'}</span>
      ) : (
        <>
          <Fact label="This agent">
            <span className="font-semibold">{view.status.name || view.status.agentId.slice(0, 8)}</span>
            {self === undefined ? (
              <Badge>{view.status.state}</Badge>
            ) : (
              <StateBadge participant={{ state: view.status.state, suspect: false }} />
            )}
          </Fact>
          <div className={classes('flex items-center gap-4', isNoticed ? 'max-[1599px]:hidden' : 'max-[959px]:hidden')}>
            <Progress status={view.status} />
          </div>
          <div className={isNoticed ? 'min-[1600px]:hidden' : 'min-[960px]:hidden'}>
            <MoreFacts status={view.status} />
          </div>
        </>
      )}
      <TopNotice />
      <div className="ml-auto flex items-center gap-3">
        <FollowedSlotChip />
        <Fact label="Connection">
          <span aria-live="polite" className="inline-block min-w-40 max-[959px]:min-w-0">
            {phase === 'connected' ? 'connected' : phase === 'lost' ? 'lost' : 'opening'}
            {receivedMs === 0 ? '' : ` · told ${ageText(now - receivedMs)}${now - receivedMs < 1_500 ? '' : ' ago'}`}
          </span>
        </Fact>
        <Button icon={Search} onClick={openPalette} aria-keyshortcuts="Control+K Meta+K">
          Find or do
          <kbd className="max-[959px]:hidden rounded-sm border border-line px-1 font-mono text-xs text-faint">
            Ctrl K
          </kbd>
        </Button>
      </div>
    </header>
  );
}

/** How far this agent is. */
function Progress({ status: { ballot, applied, revision } }: { readonly status: AgentStatus }) {
  return (
    <>
      <Fact label="Ballot">
        <Ballot ballot={ballot} />
      </Fact>
      <Fact label="Applied">
        <SlotLink slot={applied} />
      </Fact>
      <Fact label="Revision">
        <span className="font-mono">{revision}</span>
      </Fact>
    </>
  );
}

/** The same on demand, where a notice has taken its room. */
function MoreFacts({ status }: { readonly status: AgentStatus }) {
  return (
    <Popover.Root>
      <Popover.Trigger asChild>
        <button
          type="button"
          aria-label="Ballot, applied slot and revision"
          title="Ballot, applied slot and revision"
          className="inline-flex size-7 items-center justify-center rounded-md text-soft hover:bg-hover hover:text-text"
        >
          <MoreHorizontal aria-hidden size={15} />
        </button>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          align="start"
          sideOffset={4}
          aria-label="Ballot, applied slot and revision"
          className="z-50 flex flex-col gap-1 rounded-md border border-line-strong bg-raised p-3 shadow-[var(--shadow)]"
        >
          <Progress status={status} />
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

function Fact({ label, children }: { readonly label: string; readonly children: React.ReactNode }) {
  return (
    <div className="flex min-w-0 items-center gap-1.5 whitespace-nowrap">
      <span className="text-sm text-faint max-[959px]:sr-only">{label}</span>
      {children}
    </div>
  );
}
