import { useMemo } from 'react';
import type { Countdowns, LockTree } from '../../../../contract/index.ts';
import { useFollow } from '../../../connection/follow.ts';
import { useLoad } from '../../../connection/load.ts';
import { Empty } from '../../../ui/notes.tsx';
import { LeftThings } from '../left-things.tsx';
import { ContenderCard } from './contender-card.tsx';
import { CourseDrawing } from './course-drawing.tsx';
import { moralOf } from './guide.ts';
import { GuideStrip } from './guide-strip.tsx';
import { removeLeftScene, THEATRE_OWNER, useLeftScene } from './left-scene.ts';
import { LockCard, ResourceCard } from './stage-facts.tsx';
import { SceneButtons, TheatreSetup } from './theatre-setup.tsx';
import { countdownsTold, locksTold, useIsOn, useTheatre } from './theatre-store.ts';
import { Timeline } from './timeline.tsx';

/** Real sessions that want one lock, one of which sleeps past its TTL. */
export function TheatreTab() {
  const phase = useTheatre((state) => state.phase);
  const isOn = useIsOn();
  const lock = useTheatre((state) => state.places.lock);
  const sessions = useSessionIds();
  const left = useLeftKeys();
  useFollow<LockTree>(
    {
      open: (client, signal) => client.locks.watch({ prefix: lock, withFree: true }, { signal }),
      onEvent: locksTold,
    },
    [lock],
    isOn,
  );
  useFollow<Countdowns>(
    {
      open: (client, signal) => client.sessions.countdowns({ sessionIds: [...sessions] }, { signal }),
      onEvent: countdownsTold,
    },
    [sessions],
    isOn,
  );
  return (
    <>
      <TheatreSetup />
      <LeftThings prefix={THEATRE_OWNER} known={sessions} keys={left} removeKeys={removeLeftScene} />
      <GuideStrip />
      <div className="flex min-h-0 flex-1">
        <div className="flex min-h-0 min-w-0 flex-1 flex-col overflow-y-auto">
          {isOn ? <Stage /> : phase === 'over' ? <Over /> : <NotBegun />}
        </div>
        <aside className="flex w-[380px] shrink-0 flex-col border-l border-line bg-surface">
          <Timeline />
        </aside>
      </div>
    </>
  );
}

/** The keys of an earlier scene, as far as they are there still. */
function useLeftKeys(): readonly string[] {
  const places = useLeftScene((state) => state.places);
  const { data } = useLoad(
    (client, signal) =>
      Promise.all([places!.resourceKey, places!.guardedKey].map((path) => client.keys.get({ path }, { signal }))),
    [places],
    places !== undefined,
  );
  if (places === undefined || data === undefined) return [];
  return data.flatMap(({ item }) => (item === null ? [] : [item.path]));
}

function useSessionIds(): readonly string[] {
  const ids = useTheatre(({ contenders, resourceId }) =>
    [...contenders.map(({ sessionId }) => sessionId), resourceId].filter((id) => id !== '').join(' '),
  );
  return useMemo(() => (ids === '' ? [] : ids.split(' ')), [ids]);
}

function Stage() {
  const contenders = useTheatre((state) => state.contenders);
  return (
    <div className="flex flex-col gap-3 p-3">
      <div className="grid grid-cols-2 gap-3">
        <LockCard />
        <ResourceCard />
      </div>
      <ul aria-label="Contenders" className="grid grid-cols-[repeat(auto-fill,minmax(228px,1fr))] gap-3">
        {contenders.map((contender, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a contender is its number
          <ContenderCard key={index} index={index} contender={contender} />
        ))}
      </ul>
      <CourseDrawing />
    </div>
  );
}

function NotBegun() {
  const count = useTheatre((state) => state.count);
  const { lock, resourceKey, guardedKey } = useTheatre((state) => state.places);
  return (
    <Empty
      title="A holder that sleeps, and a token that stops it"
      action={
        <div className="flex gap-2">
          <SceneButtons />
        </div>
      }
    >
      A scene opens {count + 1} sessions (the contenders, and the resource), uses the lock <Code>{lock}</Code>, and
      writes <Code>{resourceKey}</Code> and <Code>{guardedKey}</Code> of this cell. Its end deletes both and ends the
      sessions. If this window is closed before, the sessions end by themselves and the keys stay.
    </Empty>
  );
}

function Over() {
  const checks = useTheatre((state) => state.checks);
  const damages = useTheatre((state) => state.damages);
  return (
    <>
      <Empty
        title="The scene is over"
        action={
          <div className="flex gap-2">
            <SceneButtons />
          </div>
        }
      >
        {moralOf({ checks, damages })}{' '}
        {checks ? 'Play it again with a resource that takes everything, to see the damage.' : ''}
      </Empty>
      <div className="p-3">
        <CourseDrawing />
      </div>
    </>
  );
}

function Code({ children }: { readonly children: string }) {
  return <code className="font-mono break-all">{children}</code>;
}
