import { create } from 'zustand';
import { type Failure, failureOf } from '../connection/failure.ts';

/** Something that a person asked for. */
export interface Activity {
  readonly id: number;
  /** `Write /greeting`, `Remove crimson`, ... */
  readonly label: string;
  /** `without effect`: it was answered, and changed nothing. */
  readonly state: 'running' | 'done' | 'without effect' | 'failed';
  readonly startedMs: number;
  readonly durationMs: number;
  readonly failure: Failure | undefined;
  /** What it came to, in a few words. */
  readonly outcome: string;
}

const KEPT = 100;

/** What is running and what was done, newest first: the line at the bottom and its list. */
export const useActivity = create<{ readonly activities: readonly Activity[] }>(() => ({ activities: [] }));

let lastId = 0;

/**
 * Runs something that a person asked for, so that it is seen while it runs, and its failure is told with what became of
 * the data. Resolves to undefined when it failed. What was answered and changed nothing, as `hadEffect` tells, is not called
 * done.
 */
export async function act<T>(
  label: string,
  run: () => Promise<T>,
  outcomeOf: (result: T) => string = () => '',
  hadEffect: (result: T) => boolean = () => true,
): Promise<T | undefined> {
  lastId += 1;
  const id = lastId;
  const startedMs = Date.now();
  const startedAt = performance.now();
  const begun: Activity = { id, label, state: 'running', startedMs, durationMs: 0, failure: undefined, outcome: '' };
  useActivity.setState(({ activities }) => ({ activities: [begun, ...activities].slice(0, KEPT) }));
  const end = (change: Partial<Activity>): void => {
    const durationMs = performance.now() - startedAt;
    useActivity.setState(({ activities }) => ({
      activities: activities.map((activity) =>
        activity.id === id ? { ...activity, ...change, durationMs } : activity,
      ),
    }));
  };
  try {
    const result = await run();
    end({ state: hadEffect(result) ? 'done' : 'without effect', outcome: outcomeOf(result) });
    return result;
  } catch (error) {
    end({ state: 'failed', failure: failureOf(error) });
    return undefined;
  }
}
