import {
  Eye,
  Hand,
  LogOut,
  type LucideIcon,
  Moon,
  PenLine,
  RefreshCw,
  ShieldQuestion,
  Sun,
  Unlock,
} from 'lucide-react';
import { memo } from 'react';
import { useActing } from '../../../acting/acting-store.ts';
import { sessionText } from '../../../acting/participants.ts';
import { useWriteRefusal } from '../../../cell/cell-store.ts';
import { Badge } from '../../../ui/badge.tsx';
import { Button } from '../../../ui/button.tsx';
import { classes } from '../../../ui/classes.ts';
import { CountdownBar } from '../../locks/countdown-bar.tsx';
import { ClientMark } from '../client-mark.tsx';
import { type Belief, beliefFrom, type Contender, isMistaken } from './scene.ts';
import * as actions from './theatre-actions.ts';
import { nameOfContender, useTheatre } from './theatre-store.ts';

/** One contender: what it believes, what the cell says, and what it can do. */
export const ContenderCard = memo(function ContenderCard({
  index,
  contender,
}: {
  readonly index: number;
  readonly contender: Contender;
}) {
  const { sessionId, isAsleep, belief } = contender;
  const name = nameOfContender(index);
  const lock = useTheatre((state) => state.lock);
  const isGone = useActing(
    ({ participants }) => participants.find((session) => session.sessionId === sessionId)?.state === 'ended',
  );
  const mistaken = isMistaken(contender, lock);
  const truth = beliefFrom(lock, sessionId);
  return (
    <li
      aria-label={name}
      className={classes(
        'flex min-w-0 flex-col gap-1.5 rounded-md border p-2.5',
        truth.kind === 'holds' ? 'border-accent' : 'border-line',
        isAsleep ? 'bg-sunken' : 'bg-raised',
      )}
    >
      <div className="flex min-w-0 items-center gap-2">
        <ClientMark index={index} letter={name.slice(0, 1)} />
        <span className="truncate font-semibold">{name}</span>
        <span className="ml-auto flex shrink-0 gap-1">
          {isAsleep ? (
            <Badge tone="warning" icon={Moon}>
              asleep
            </Badge>
          ) : (
            <Badge tone="good" icon={Sun}>
              awake
            </Badge>
          )}
        </span>
      </div>
      <dl className="grid grid-cols-[58px_minmax(0,1fr)] gap-x-2">
        <dt className="text-faint">believes</dt>
        <dd className={classes('truncate', mistaken && 'text-bad')}>
          {mistaken ? `${shortText(belief)} (not so)` : beliefText(belief)}
        </dd>
        <dt className="text-faint">the cell</dt>
        <dd className="truncate">{isGone ? 'its session has ended' : beliefText(truth)}</dd>
        <dt className="text-faint">session</dt>
        <dd className="flex h-5 items-center">
          {isGone ? (
            <span className="text-faint">{sessionText(sessionId)}, ended</span>
          ) : (
            <SessionLeft sessionId={sessionId} />
          )}
        </dd>
      </dl>
      <ContenderActions index={index} contender={contender} isGone={isGone} />
    </li>
  );
});

function SessionLeft({ sessionId }: { readonly sessionId: string }) {
  return <CountdownBar countdown={useTheatre((state) => state.countdowns.sessions.get(sessionId))} told={toldHere} />;
}

function toldHere() {
  return useTheatre.getState().countdowns;
}

function beliefText(belief: Belief): string {
  switch (belief.kind) {
    case 'nothing':
      return 'no hold';
    case 'waits':
      return `waits, place ${belief.position}`;
    case 'holds':
      return `holds token ${belief.token}`;
  }
}

function shortText(belief: Belief): string {
  return belief.kind === 'holds' ? `token ${belief.token}` : beliefText(belief);
}

interface Action {
  readonly label: string;
  readonly icon: LucideIcon;
  readonly run: (who: number) => Promise<void>;
}

/** What it can do with what it believes; whether that is true, the cell and the resource say. */
function actionsOf({ belief, isAsleep, sees }: Contender, isGone: boolean): readonly Action[] {
  if (isAsleep) return [{ label: 'Wake', icon: Sun, run: actions.wake }];
  if (isGone && sees) return [{ label: 'New session', icon: RefreshCw, run: actions.openAnew }];
  const begins: Readonly<Record<Belief['kind'], Action>> = {
    nothing: { label: 'Acquire', icon: Hand, run: actions.acquire },
    waits: { label: 'Leave queue', icon: LogOut, run: actions.leaveQueue },
    holds: { label: 'Release', icon: Unlock, run: actions.release },
  };
  return [
    begins[belief.kind],
    sees ? { label: 'Sleep', icon: Moon, run: actions.sleep } : { label: 'Look', icon: Eye, run: actions.look },
    { label: 'Write', icon: PenLine, run: actions.write },
    { label: 'Write below', icon: ShieldQuestion, run: actions.writeBelow },
  ];
}

function ContenderActions({
  index,
  contender,
  isGone,
}: {
  readonly index: number;
  readonly contender: Contender;
  readonly isGone: boolean;
}) {
  const isBusy = useTheatre((state) => state.isBusy);
  const isGuided = useTheatre((state) => state.guideAt !== undefined);
  const writeRefusal = useWriteRefusal();
  const name = nameOfContender(index);
  const refusal = writeRefusal || (isGuided ? 'the guide plays; go on freely to play yourself' : '');
  return (
    <div className="flex min-h-[60px] flex-wrap content-start gap-1">
      {actionsOf(contender, isGone).map(({ label, icon, run }) => (
        <Button
          key={label}
          icon={icon}
          className="px-1.5"
          aria-label={`${name}: ${label}`}
          disabled={isBusy}
          refusal={refusal}
          onClick={() => void run(index)}
        >
          {label}
        </Button>
      ))}
    </div>
  );
}
