import type { LockView } from '../../../../contract/index.ts';
import { pauseParticipant, resumeParticipant } from '../../../acting/acting-store.ts';
import { act } from '../../../activity/activity-store.ts';
import { client } from '../../../connection/connection-store.ts';
import { failureOf } from '../../../connection/failure.ts';
import { endLabSessions, endLeftSessions, isSessionAlive, openLabSession } from '../lab-sessions.ts';
import { shortId } from '../short-id.ts';
import { closed, newCourse, withWrite } from './course.ts';
import { forgetScene, rememberScene, removeKeysOf, removeLeftScene, THEATRE_OWNER } from './left-scene.ts';
import { writeToResource } from './resource.ts';
import { looks, newContender, placesOf, sleeps, tokenOf, tokenText, wakes } from './scene.ts';
import { changeContender, EMPTY_SCENE, nameOfContender, tell, useTheatre } from './theatre-store.ts';

const set = useTheatre.setState;
const get = useTheatre.getState;

/** A session per contender, and one for the resource. */
export async function beginScene(): Promise<boolean> {
  const begun = await busy('Begin the lock theatre', async () => {
    const { count, ttlMs, places } = get();
    await endLeftSessions(THEATRE_OWNER, []);
    await removeLeftScene();
    rememberScene(places);
    const resourceId = await openLabSession(`${THEATRE_OWNER}resource`, ttlMs);
    set({ ...EMPTY_SCENE, course: newCourse(count, Date.now()), resourceId });
    for (let index = 0; index < count; index += 1) {
      const sessionId = await openLabSession(`${THEATRE_OWNER}${nameOfContender(index)}`, ttlMs);
      set(({ contenders }) => ({ contenders: [...contenders, newContender(sessionId)] }));
    }
    set({ phase: 'on' });
    return true;
  });
  if (begun === undefined) {
    // What cannot be ended now is listed as left over.
    await endLabSessions(ownSessions().filter(isSessionAlive)).catch(() => undefined);
    set(EMPTY_SCENE);
  }
  return begun === true;
}

/** Its sessions end, and its keys go. */
export async function endScene(): Promise<boolean> {
  // That holds end now is no news.
  set({ phase: 'ending' });
  const ended = await busy('End the lock theatre', async () => {
    const { contenders, resourceId, places } = get();
    await endLabSessions(contenders.map(({ sessionId }) => sessionId));
    await removeKeysOf(places, resourceId);
    forgetScene();
    await endLabSessions([resourceId]);
    return true;
  });
  if (ended === true) {
    tell(undefined, { tone: 'plain', text: 'The scene is over: sessions ended, keys deleted', slot: 0 });
    set(({ course }) => ({ course: closed(course, Date.now()) }));
    set({ phase: 'over', contenders: [], resourceId: '', lock: undefined, guideAt: undefined, isAuto: false });
    set({ places: placesOf(shortId()) });
  } else {
    set({ phase: 'on' });
  }
  return ended === true;
}

function ownSessions(): readonly string[] {
  const { contenders, resourceId } = get();
  return [...contenders.map(({ sessionId }) => sessionId), resourceId];
}

export async function acquire(who: number): Promise<void> {
  await attempt(who, 'asks for the lock', async () => {
    const { state, fencingToken } = await client().locks.acquire({
      path: get().places.lock,
      as: as(who),
      owner: nameOfContender(who),
    });
    return state === 'held' ? `token ${fencingToken}` : 'queued';
  });
}

export async function release(who: number): Promise<void> {
  await attempt(who, 'releases the lock', async () => {
    const { state } = await client().locks.release({ path: get().places.lock, as: as(who), quorum: 'majority' });
    return state;
  });
}

export async function leaveQueue(who: number): Promise<void> {
  await attempt(who, 'leaves the queue', async () => {
    const { sessionId } = as(who);
    const ticket = get().lock?.queue.find((waiter) => waiter.sessionId === sessionId)?.ticket ?? 0;
    const { state } = await client().locks.cancel({ path: get().places.lock, as: { sessionId }, ticket });
    tell(who, { tone: 'plain', text: `${nameOfContender(who)} leaves the queue`, slot: 0 });
    return state;
  });
}

/** Nobody renews its session from now on. */
export async function sleep(who: number): Promise<void> {
  await attempt(who, 'falls asleep', async () => {
    await pauseParticipant(as(who).sessionId);
    changeContender(who, sleeps);
    tell(who, {
      tone: 'warning',
      text: `${nameOfContender(who)} falls asleep: nobody renews its session now`,
      slot: 0,
    });
    return 'nobody renews its session';
  });
}

export async function wake(who: number): Promise<void> {
  await attempt(who, 'wakes up', async () => {
    const { sessionId } = as(who);
    // A session that has ended has nothing to renew; its program wakes up all the same.
    if (isSessionAlive(sessionId)) await resumeParticipant(sessionId);
    changeContender(who, wakes);
    const token = tokenOf(get().contenders[who]!);
    const believes = token === 0 ? '' : `, and believes that it holds token ${token}`;
    tell(who, { tone: 'plain', text: `${nameOfContender(who)} wakes up${believes}`, slot: 0 });
    return '';
  });
}

/** Asks the cell what has become of it. */
export async function look(who: number): Promise<void> {
  await attempt(who, 'looks at the lock', async () => {
    const lock = await lockNow();
    changeContender(who, (contender) => looks(contender, lock));
    const { belief, sessionId } = get().contenders[who]!;
    const session = isSessionAlive(sessionId) ? '' : 'its session has ended; ';
    const holds = belief.kind === 'holds' ? `it holds token ${belief.token}` : 'it does not hold the lock';
    tell(who, { tone: 'plain', text: `${nameOfContender(who)} looks: ${session}${holds}`, slot: 0 });
    return holds;
  });
}

/** Through the resource, with the token that it believes in. */
export async function write(who: number): Promise<void> {
  const name = nameOfContender(who);
  await attempt(who, 'writes to the resource', async () => {
    const { checks, resourceId, places } = get();
    const wish = nextWrite(who);
    const { verdict, before, slot } = await writeToResource(
      places.resourceKey,
      await resource(resourceId),
      wish,
      checks,
    );
    const isTaken = verdict === 'taken' || verdict === 'wipes';
    set(({ course }) => ({ course: withWrite(course, { who, token: wish.token, atMs: Date.now(), isTaken }) }));
    if (!isTaken) {
      const seen = `token ${wish.token}, and it has seen ${before?.token} of ${before?.by}`;
      const why = verdict === 'stale' ? seen : 'it brings no token';
      tell('resource', { tone: 'bad', text: `Refuses “${wish.value}” of ${name}: ${why}`, slot });
      return `refused: ${why}`;
    }
    const lost = verdict === 'wipes' ? before : undefined;
    set(({ damages }) => ({
      memory: wish,
      damages: lost === undefined ? damages : [...damages, { lost, by: name, token: wish.token }],
    }));
    const wiped = lost === undefined ? '' : `; “${lost.value}” of ${lost.by}, ${tokenText(lost.token)}, is wiped out`;
    const tone = lost === undefined ? 'good' : 'bad';
    tell('resource', { tone, text: `Takes “${wish.value}” of ${name}, ${tokenText(wish.token)}${wiped}`, slot });
    return 'taken';
  });
}

/** Into a key below the lock: the cell itself takes or refuses it. */
export async function writeBelow(who: number): Promise<void> {
  const name = nameOfContender(who);
  const wish = nextWrite(who);
  await attempt(who, 'writes below the lock', async () => {
    const { slot } = await client().keys.put({
      path: get().places.guardedKey,
      value: { text: wish.value },
      as: { ...as(who), fencingToken: wish.token },
    });
    tell(undefined, { tone: 'good', text: `The cell takes “${wish.value}” of ${name} below the lock`, slot });
    return 'taken';
  });
}

/** An ended session never comes back: whoever wants to go on opens another. */
export async function openAnew(who: number): Promise<void> {
  await attempt(who, 'opens a new session', async () => {
    const sessionId = await openLabSession(`${THEATRE_OWNER}${nameOfContender(who)}`, get().ttlMs);
    changeContender(who, ({ writes }) => ({ ...newContender(sessionId), writes }));
    tell(who, { tone: 'plain', text: `${nameOfContender(who)} opens a new session`, slot: 0 });
    return '';
  });
}

async function lockNow(): Promise<LockView | undefined> {
  const { lock } = get().places;
  const { locks } = await client().locks.list({ prefix: lock, withFree: true });
  return locks.find(({ path }) => path === lock);
}

function as(who: number): { readonly sessionId: string } {
  return { sessionId: get().contenders[who]!.sessionId };
}

async function resource(resourceId: string): Promise<string> {
  if (isSessionAlive(resourceId)) return resourceId;
  const opened = await openLabSession(`${THEATRE_OWNER}resource`, get().ttlMs);
  set({ resourceId: opened });
  return opened;
}

function nextWrite(who: number) {
  changeContender(who, (contender) => ({ ...contender, writes: contender.writes + 1 }));
  const contender = get().contenders[who]!;
  const name = nameOfContender(who);
  return { token: tokenOf(contender), by: name, value: `${name} ${contender.writes}` };
}

/** What the cell refuses is part of the play: it is told in the timeline, with its reason. */
async function attempt(who: number, does: string, run: () => Promise<string>): Promise<void> {
  const name = nameOfContender(who);
  await busy(
    `${name} ${does}`,
    async () => {
      try {
        return { isRefused: false, text: await run() };
      } catch (error) {
        const { message, reason, effect } = failureOf(error);
        if (effect !== 'not_done') throw error;
        tell(undefined, { tone: 'bad', text: `The cell refuses, as ${name} ${does}: ${message} (${reason})`, slot: 0 });
        return { isRefused: true, text: message };
      }
    },
    ({ text }) => text,
    ({ isRefused }) => !isRefused,
  );
}

async function busy<T>(
  label: string,
  run: () => Promise<T>,
  outcomeOf?: (result: T) => string,
  hadEffect?: (result: T) => boolean,
): Promise<T | undefined> {
  set({ isBusy: true });
  try {
    return await act(label, run, outcomeOf, hadEffect);
  } finally {
    set({ isBusy: false });
  }
}
