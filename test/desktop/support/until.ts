import { setTimeout as delay } from 'node:timers/promises';

/** How often a condition is looked at. Nothing is decided by it. */
const LOOK_MS = 25;
/** Long enough for any machine: no test passes because time went by. */
const PATIENCE_MS = 30_000;

/** Waits until `look` answers something that is neither false nor undefined; fails with what was waited for. */
export async function until<T>(
  what: string,
  look: () => T | undefined | false | Promise<T | undefined | false>,
  withinMs = PATIENCE_MS,
): Promise<T> {
  const endMs = performance.now() + withinMs;
  for (;;) {
    const seen = await look();
    if (seen !== undefined && seen !== false) return seen;
    if (performance.now() > endMs) throw new Error(`not so in time: ${what}`);
    await delay(LOOK_MS);
  }
}
