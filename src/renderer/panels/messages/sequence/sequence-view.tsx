import { Eraser, FilePlus, Pause, Play, Workflow, ZoomIn, ZoomOut } from 'lucide-react';
import { useCallback, useDeferredValue, useEffect, useMemo, useRef, useState } from 'react';
import { useShallow } from 'zustand/react/shallow';
import { nameOfAgent, useCell, useWriteRefusal } from '../../../cell/cell-store.ts';
import { useConnection } from '../../../connection/connection-store.ts';
import { useFollow } from '../../../connection/follow.ts';
import { useLoad } from '../../../connection/load.ts';
import { followSlot, useFollowedSlot } from '../../../navigation/followed-slot.ts';
import { navigate, replaceQuery } from '../../../navigation/navigation-store.ts';
import { Button, IconButton } from '../../../ui/button.tsx';
import { Empty, ErrorNote, Waiting } from '../../../ui/notes.tsx';
import { askForNewKey } from '../../keys/new-key.ts';
import { FilterBar, SettledInput } from '../filter-bar.tsx';
import { agentFilter } from '../log/log-filter.ts';
import { exchangeLog, useExchangeLog, useMessageLog } from '../messages-instances.ts';
import { ExchangeDetail } from './exchange-detail.tsx';
import type { ExchangeEvent } from './exchange-log.ts';
import { LaneHeads } from './lane-heads.tsx';
import { Legend } from './legend.tsx';
import { SequenceCanvas } from './sequence-canvas.tsx';
import { SequenceFoot } from './sequence-foot.tsx';
import { layOut, SCALE } from './sequence-layout.ts';
import { exchangesOfSlot } from './slot-exchanges.ts';
import { StoryPane } from './story-pane.tsx';

const BACKLOG = 500;
const ZOOM_MIN = 1 / 16;
const ZOOM_MAX = 16;

/** What all participants say to each other: a lane for each, time downwards, live. */
export function SequenceView() {
  const filter = useMessageLog(
    useShallow(({ filter: { kind, channel, failedOnly, heartbeats, own } }) => ({
      kind,
      channel,
      failedOnly,
      heartbeats,
      own,
    })),
  );
  const asked = JSON.stringify(filter);
  useFollow<ExchangeEvent>(
    {
      open: (client, signal) => {
        const whole = { ...filter, agent: '', direction: '', peer: '', slot: 0, durationMsMin: 0, text: '' } as const;
        return client.messages.sequence({ filter: agentFilter(whole), backlog: BACKLOG }, { signal });
      },
      onEvent: (event) => exchangeLog.receive(event),
      onEnd: (error) => exchangeLog.ended(error),
    },
    [asked],
  );
  // Another filter tells another story: what was drawn under the one before goes.
  const askedBefore = useRef(asked);
  useEffect(() => {
    if (askedBefore.current === asked) return;
    askedBefore.current = asked;
    exchangeLog.clear();
  }, [asked]);
  return <Sequence />;
}

function Sequence() {
  const [zoom, setZoom] = useState(1);
  const [selected, setSelected] = useState('');
  const [isOpen, setOpen] = useState(false);
  const followed = useFollowedSlot((state) => state.slot);
  const names = useCell(
    useShallow(({ view }) => (view?.participants ?? []).map(({ agentId, name }) => `${agentId} ${name}`)),
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: names are those of the view
  const nameOf = useCallback((id: string) => nameOfEnd(id), [names]);
  const lanes = useExchangeLog((state) => state.lanes);
  const drawn = useExchangeLog((state) => state.still?.drawn ?? state.drawn);
  const told = useDeferredValue(useExchangeLog((state) => state.drawn.exchanges));
  const scale = useMemo(() => ({ ...SCALE, pixelsPerMs: SCALE.pixelsPerMs * zoom }), [zoom]);
  const layout = useMemo(() => layOut(lanes, drawn.exchanges, drawn.missed, scale), [lanes, drawn, scale]);
  const arrow = selected === '' ? undefined : layout.arrows.find(({ id }) => id === selected);
  const zoomBy = (factor: number): void => setZoom((now) => Math.min(ZOOM_MAX, Math.max(ZOOM_MIN, now * factor)));

  const select = useCallback((id: string) => {
    exchangeLog.hold('scrolled');
    setSelected(id);
  }, []);

  const loaded = useLoad(
    (client, signal) => exchangesOfSlot(client.messages, followed, signal),
    [followed],
    followed !== 0,
  );
  const pinned = followed === 0 ? undefined : loaded.data;
  useEffect(() => {
    exchangeLog.pin(pinned ?? []);
    // Of an old slot the logs may have only what came later.
    const beginning = pinned?.find(({ kind }) => kind === 'accept') ?? pinned?.[0];
    if (beginning !== undefined) select(beginning.messageId);
  }, [pinned, select]);
  return (
    <>
      <FilterBar view="sequence">
        <SettledInput
          label="Follow a slot"
          placeholder="Follow slot"
          value={followed === 0 ? '' : String(followed)}
          onSettled={(text) => follow(Math.max(0, Math.floor(Number(text)) || 0))}
          className="w-24"
        />
        <IconButton icon={ZoomOut} label="Less time between messages" onClick={() => zoomBy(0.5)} />
        <IconButton icon={ZoomIn} label="More time between messages" onClick={() => zoomBy(2)} />
        <PauseButton />
        <Button icon={Eraser} onClick={() => exchangeLog.clear()}>
          Clear
        </Button>
      </FilterBar>
      <Problem />
      <div className="flex min-h-0 flex-1">
        <div className="flex min-w-0 flex-1 flex-col">
          <LaneHeads lanes={layout.lanes} />
          <div className="relative flex min-h-0 flex-1 flex-col">
            {pinned?.length === 0 ? <NoLongerLogged slot={followed} /> : null}
            {layout.arrows.length === 0 ? (
              <Nothing />
            ) : (
              <SequenceCanvas
                layout={layout}
                nameOf={nameOf}
                followed={followed}
                selected={selected}
                onSelect={(next) => setSelected(next?.id ?? '')}
                onOpen={() => setOpen(true)}
                onZoom={zoomBy}
              />
            )}
          </div>
        </div>
        {followed === 0 ? null : (
          <StoryPane
            key={followed}
            slot={followed}
            loaded={loaded}
            exchanges={told}
            nameOf={nameOf}
            selected={selected}
            onSelect={select}
            onStop={() => follow(0)}
          />
        )}
      </div>
      <SequenceFoot />
      <Legend exchanges={drawn.exchanges} />
      {isOpen && arrow !== undefined ? (
        <ExchangeDetail arrow={arrow} nameOf={nameOf} onClose={() => setOpen(false)} />
      ) : null}
    </>
  );
}

/** Nothing in the picture is marked then, and nothing can be scrolled to. It lies over the picture, which does not move. */
function NoLongerLogged({ slot }: { readonly slot: number }) {
  return (
    <div
      role="status"
      className="absolute inset-x-0 top-0 z-10 flex min-h-9 flex-wrap items-center gap-2 border-b border-line bg-surface px-3 py-1 text-soft"
    >
      No log has a message about slot {slot} (any more). What was agreed on stays.
      <Button onClick={() => navigate('journal', { slot: String(slot) })}>Show it in the journal</Button>
    </div>
  );
}

function follow(slot: number): void {
  followSlot(slot);
  replaceQuery({ slot: slot === 0 ? '' : String(slot) });
}

/** Agents have names; clients have addresses. */
function nameOfEnd(id: string): string {
  return AGENT_ID.test(id) ? nameOfAgent(useCell.getState().view, id) : `a client (${id})`;
}

const AGENT_ID = /^[0-9a-f]{8}-[0-9a-f-]{27}$/;

function Problem() {
  const problem = useExchangeLog((state) => (state.phase === 'lost' ? state.problem : undefined));
  // The top bar tells of a lost connection; told here as well it would push down what is being read.
  const isLost = useConnection((state) => state.phase === 'lost');
  return problem === undefined || isLost ? null : <ErrorNote error={problem} />;
}

function PauseButton() {
  const isPaused = useExchangeLog((state) => state.still?.why === 'paused');
  return (
    <Button
      icon={isPaused ? Play : Pause}
      aria-pressed={isPaused}
      onClick={() => (isPaused ? exchangeLog.resume() : exchangeLog.hold('paused'))}
      className="w-24"
    >
      {isPaused ? 'Resume' : 'Pause'}
    </Button>
  );
}

function Nothing() {
  const phase = useExchangeLog((state) => state.phase);
  const refusal = useWriteRefusal();
  if (phase !== 'live') return <Waiting>Asking all participants for their messages…</Waiting>;
  return (
    <Empty
      icon={Workflow}
      title="Waiting for messages"
      action={
        <Button variant="primary" icon={FilePlus} refusal={refusal} onClick={askForNewKey}>
          Write a key
        </Button>
      }
    >
      Each message between participants becomes an arrow here as it comes. Write a key, or show heartbeats, to see some.
    </Empty>
  );
}
