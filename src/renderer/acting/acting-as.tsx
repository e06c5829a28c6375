import { Check, ChevronDown, CirclePause, CirclePlay, CircleX, UserPlus, UserRound } from 'lucide-react';
import type { KeptSession } from '../../contract/index.ts';
import { useWriteRefusal } from '../cell/cell-store.ts';
import { Button } from '../ui/button.tsx';
import { classes } from '../ui/classes.ts';
import { Menu, type MenuItem } from '../ui/menu.tsx';
import { useNowMs } from '../ui/time.tsx';
import { askForParticipant, chooseParticipant, forgetParticipant, useActing } from './acting-store.ts';
import { end, pause, resume } from './participant-actions.ts';
import { isAlive, ownerText, participantStateText } from './participants.ts';

/** Who acts in this panel: the participants of this window, how they are, and what can be done with them. */
export function ActingAs() {
  const participants = useActing((state) => state.participants);
  const chosenId = useActing((state) => state.chosenId);
  const refusal = useWriteRefusal();
  const chosen = participants.find(({ sessionId }) => sessionId === chosenId);
  return participants.length === 0 ? (
    <Button icon={UserPlus} refusal={refusal} onClick={() => askForParticipant()}>
      Act as…
    </Button>
  ) : (
    <ParticipantMenu participants={participants} chosen={chosen} refusal={refusal} />
  );
}

/** What counts down has room enough for its longest words, so that nothing beside it moves. */
const LOOKS = {
  kept: { icon: CirclePlay, colour: 'text-good', words: 'sr-only' },
  paused: { icon: CirclePause, colour: 'text-warning', words: 'min-w-28 text-left text-sm text-warning tabular-nums' },
  ended: { icon: CircleX, colour: 'text-bad', words: 'text-sm text-bad' },
} as const;

function ParticipantMenu({
  participants,
  chosen,
  refusal,
}: {
  readonly participants: readonly KeptSession[];
  readonly chosen: KeptSession | undefined;
  readonly refusal: string;
}) {
  const nowMs = useNowMs();
  const { icon: Icon, colour } = chosen === undefined ? { icon: UserRound, colour: 'text-faint' } : LOOKS[chosen.state];
  const state = chosen === undefined ? '' : participantStateText(chosen, nowMs);
  const name = chosen === undefined ? 'nobody' : nameOf(chosen);
  return (
    <Menu
      trigger={
        <Button className="max-w-72">
          <span className="text-faint">Acting as</span>
          <Icon aria-hidden size={14} className={classes('shrink-0', colour)} />
          <span className="truncate">{name}</span>
          {chosen === undefined ? null : <span className={LOOKS[chosen.state].words}>{state}</span>}
          <ChevronDown aria-hidden size={14} className="shrink-0 text-faint" />
        </Button>
      }
      items={[
        ...participants.map((session) => choice(session, session === chosen, nowMs)),
        null,
        { label: 'New participant…', icon: UserPlus, refusal, onSelect: () => askForParticipant() },
        ...(chosen === undefined ? [] : [null, ...changesOf(chosen, refusal)]),
      ]}
    />
  );
}

function choice(session: KeptSession, isChosen: boolean, nowMs: number): MenuItem {
  return {
    id: session.sessionId,
    label: nameOf(session),
    ...(isChosen ? { icon: Check } : {}),
    hint: <span className="tabular-nums">{participantStateText(session, nowMs)}</span>,
    onSelect: () => chooseParticipant(session.sessionId),
  };
}

function changesOf(session: KeptSession, refusal: string): MenuItem[] {
  const { sessionId, state } = session;
  const name = nameOf(session);
  if (!isAlive(session)) {
    return [{ label: `Forget ${name}`, icon: CircleX, onSelect: () => forgetParticipant(sessionId) }];
  }
  return [
    state === 'paused'
      ? { label: `Resume ${name}`, icon: CirclePlay, onSelect: () => void resume(session) }
      : { label: `Pause ${name}`, icon: CirclePause, hint: 'nobody renews it', onSelect: () => void pause(session) },
    {
      label: `End ${name}`,
      icon: CircleX,
      danger: true,
      refusal,
      hint: 'with all it holds',
      onSelect: () => void end(session),
    },
  ];
}

function nameOf({ sessionId, owner }: KeptSession): string {
  return ownerText(sessionId, owner);
}
