import type { Countdowns } from '../../../contract/sessions.ts';
import type { TimerCountdown } from '../../host/cell-port.ts';
import { lockDelayTimer, lockTimer, sessionTimer } from '../../machine/timer-records.ts';
import { isRefusal } from '../errors.ts';
import { nameOfAgent } from '../names.ts';
import { EventQueue } from './event-queue.ts';
import type { OperatorPorts } from './ports.ts';
import { keyOf } from './texts.ts';

const EVERY_MS = 1_000;

interface Asked {
  readonly sessionIds: readonly string[];
  readonly lockTickets: readonly number[];
  readonly delayedLocks: readonly string[];
}

/**
 * What is left of sessions, leases and lock delays, at once and every second. Only the leader counts; it is asked while somebody
 * listens, and while there is none nothing is counted anywhere.
 */
export function watchCountdowns(ports: OperatorPorts, asked: Asked, signal: AbortSignal) {
  const queue = new EventQueue<Countdowns>();
  let timer: NodeJS.Timeout | undefined;
  const look = async (): Promise<void> => {
    const beganMs = performance.now();
    try {
      // Who has not taken the last one is not told the next one.
      if (queue.length === 0) queue.push(await countdownsNow(ports, asked, signal));
    } catch (error) {
      queue.end(error);
    }
    if (!queue.isEnded) timer = setTimeout(look, Math.max(0, EVERY_MS - (performance.now() - beganMs)));
  };
  const events = queue.iterate(signal, () => clearTimeout(timer));
  if (!queue.isEnded) look();
  return events;
}

async function countdownsNow(
  ports: OperatorPorts,
  { sessionIds, lockTickets, delayedLocks }: Asked,
  signal: AbortSignal,
): Promise<Countdowns> {
  const { cell } = ports.api;
  const timerIds = [...sessionIds.map(sessionTimer), ...lockTickets.map(lockTimer), ...delayedLocks.map(delayTimer)];
  const { leader = '' } = cell.status();
  const counted = leader === '' ? undefined : await countedBy(ports, leader, timerIds, signal);
  const known = new Map(counted?.map((countdown) => [countdown.timerId, countdown]));
  return {
    leader: counted === undefined ? '' : nameOfAgent(cell.state, leader),
    atMs: Date.now(),
    sessions: sessionIds.flatMap((sessionId) => told({ sessionId }, known.get(sessionTimer(sessionId)))),
    locks: lockTickets.flatMap((ticket) => told({ ticket }, known.get(lockTimer(ticket)))),
    delays: delayedLocks.flatMap((path) => told({ path }, known.get(delayTimer(path)))),
  };
}

function delayTimer(path: string): string {
  return lockDelayTimer(keyOf(path));
}

/** Undefined: it does not count, because it does not lead (yet, or any more), or nobody hears of it. */
async function countedBy(
  { api, logs }: OperatorPorts,
  leader: string,
  timerIds: readonly string[],
  signal: AbortSignal,
): Promise<readonly TimerCountdown[] | undefined> {
  if (leader === api.cell.status().agentId) return api.cell.countdowns(timerIds);
  try {
    return await logs.countdowns(leader, timerIds, signal);
  } catch (error) {
    if (isRefusal(error)) return undefined;
    throw error;
  }
}

function told<Named extends object>(named: Named, countdown: TimerCountdown | undefined) {
  if (countdown === undefined) return [];
  const { remainingMs, ttlMs } = countdown;
  return [{ ...named, remainingMs, ttlMs }];
}
