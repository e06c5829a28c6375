import { setTimeout as delay } from 'node:timers/promises';
import { connect, type Session } from '../../client/index.ts';
import type { BenchCell } from './bench-cell.ts';
import type { Figure } from './figure.ts';
import type { BenchOptions } from './modes.ts';
import { processorTicks, TICKS_PER_SECOND } from './process-stat.ts';

const SESSIONS = 10_000;
const CLIENTS = 10;
/** Renewed four times per TTL: every 3 s. */
const TTL_MS = 12_000;
const OPENING_IN_FLIGHT = 64;
/** Shorter, and the figure would be of the first renewals. */
const OBSERVE_MS_MIN = 30_000;

/** Many programs that do nothing but stay alive, each client on one renewal stream. */
export async function measureSessions(cell: BenchCell, options: BenchOptions): Promise<Figure[]> {
  if (process.platform !== 'linux') return [];
  const leader = await cell.leader();
  const { endpoints } = cell;
  const clients = Array.from({ length: CLIENTS }, () => connect({ endpoints: [endpoints[leader]!, ...endpoints] }));
  try {
    const sessions: Session[] = [];
    let next = 0;
    const open = async () => {
      while (next < SESSIONS && !options.stop.aborted) {
        const client = clients[next++ % CLIENTS]!;
        sessions.push(await client.openSession({ ttlMs: TTL_MS, signal: options.stop }));
      }
    };
    await Promise.all(Array.from({ length: OPENING_IN_FLIGHT }, open));
    // All of them are in the rhythm of their renewals.
    await delay(TTL_MS, undefined, { signal: options.stop });
    const observeMs = Math.max(OBSERVE_MS_MIN, options.durationMs);
    const leaderAtStart = await cell.leader();
    const before = cell.pids.map(processorTicks);
    const startMs = performance.now();
    await delay(observeMs, undefined, { signal: options.stop });
    const seconds = (performance.now() - startMs) / 1_000;
    const percents = cell.pids.map(
      (pid, index) => ((processorTicks(pid) - before[index]!) / TICKS_PER_SECOND / seconds) * 100,
    );
    const lost = sessions.filter((session) => session.isEnded).length;
    const others = percents.filter((_, index) => index !== leaderAtStart).map((percent) => percent.toFixed(1));
    const stayed = (await cell.leader()) === leaderAtStart ? '' : ', the leader changed';
    return [
      {
        what: `${SESSIONS} sessions renewed every ${TTL_MS / 4_000} s: processor of the leader`,
        value: percents[leaderAtStart]!,
        unit: '% of a core',
        goal: { atMost: 20 },
        details: `over ${seconds.toFixed(0)} s; the others ${others.join(', ')} %${stayed}`,
      },
      { what: `${SESSIONS} sessions: lost meanwhile`, value: lost, unit: '', goal: { atMost: 0 }, details: '' },
    ];
  } finally {
    await Promise.all(clients.map((client) => client.close()));
  }
}
