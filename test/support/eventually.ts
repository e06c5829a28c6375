import { vi } from 'vitest';

/** Waits until the check holds, longer than a machine needs that is busy with others: only a failure takes that long. */
export const eventually = <T>(check: () => T | Promise<T>): Promise<T> =>
  vi.waitFor(check, { timeout: 20_000, interval: 10 });
