import { LIMIT_RECORDS, type LimitName } from './coordination-records.ts';
import { type Families, refused, written } from './family.ts';
import type { Refusal } from './results.ts';
import type { Reader } from './system-records.ts';
import { textViolation } from './texts.ts';
import type { WriteView } from './write-view.ts';

/** What holds until an operator says otherwise; 0: unlimited. Every agent judges alike, so changes are replicated. */
export const LIMIT_DEFAULTS: Readonly<Record<LimitName, number>> = {
  locks: 256,
  waitersPerLock: 64,
  barriers: 64,
  proposalsPending: 128,
};

export const LIMITS_FAMILY: Families<'setLimit'> = {
  setLimit: {
    violation({ name, limit, by }) {
      if (!Object.hasOwn(LIMIT_DEFAULTS, name)) return `there is no limit ${JSON.stringify(name)}`;
      if (!Number.isSafeInteger(limit) || limit < 0) return 'a limit is a whole number; 0 means unlimited';
      return textViolation('who sets a limit', by);
    },
    apply(view, { name, limit, by }) {
      const record = { limit, by, slot: view.slot, atMs: view.stampMs };
      view.put('system', LIMIT_RECORDS.keyOf(name), LIMIT_RECORDS.encode(record));
      return written(view);
    },
    isIdempotent: true,
  },
};

export function limitOn(reader: Reader, name: LimitName): number {
  return LIMIT_RECORDS.read(reader, name)?.limit ?? LIMIT_DEFAULTS[name];
}

/** Refuses `wanted` of something when that is more than the limit allows. */
export function limitRefusal(view: WriteView, name: LimitName, wanted: number, what: string): Refusal | undefined {
  const limit = limitOn(view, name);
  if (limit === 0 || wanted <= limit) return undefined;
  const message =
    `this would make ${wanted} ${what}; the limit ${name} is ${limit}: ` +
    `an operator can raise it for the whole cell by setting the limit ${name} to more, or to 0 for unlimited`;
  return refused('LIMIT_EXCEEDED', message, { limit: name });
}
