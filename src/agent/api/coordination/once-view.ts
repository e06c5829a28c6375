import { type OnceResponse, OnceState, type OnceWork } from '../../../gen/synod/v1/once.ts';
import type { WriteOutcome } from '../../host/cell-port.ts';
import { pathOfRecordId, recordIdOf } from '../../machine/coordination-records.ts';
import { prefixEnd } from '../../machine/keys.ts';
import { ONCE, type OnceOutcome, type OnceRecord } from '../../machine/once-types.ts';
import { ONCE_RESULTS, ONCE_UNSETTLED } from '../../machine/raw-records.ts';
import type { Key } from '../../machine/store.ts';
import type { Reader } from '../../machine/system-records.ts';
import { asBuffer } from '../encoding.ts';
import { keyBytes } from '../wire.ts';
import { recordPage } from './record-pages.ts';

export interface OnceView {
  readonly path: Key;
  readonly record: OnceRecord;
}

export interface OnceFilter {
  readonly prefix: string;
  /** Undefined: any. */
  readonly state: OnceRecord['state'] | undefined;
  /** Continue behind this path; empty: from the first. */
  readonly after: string;
  readonly limit: number;
}

export interface OncePage {
  readonly works: readonly OnceView[];
  readonly more: boolean;
}

/** By path. */
export function onceViews(state: Reader, { state: wanted, ...page }: OnceFilter): OncePage {
  const isWanted = (record: OnceRecord) => wanted === undefined || record.state === wanted;
  return wanted === undefined || wanted === 'done'
    ? pageOfWork(state, page, ONCE.keyOf, isWanted)
    : pageOfWork(state, page, ONCE_UNSETTLED, isWanted);
}

/**
 * What waits for a person first, then the rest, each by path; and how many wait, in all. To continue, `after` is the path
 * of the last work of the page before.
 */
export function onceOverview(state: Reader, filter: OnceFilter): OncePage & { readonly unknown: number } {
  const { prefix, state: wanted, after, limit } = filter;
  const isUnknown = (record: OnceRecord) => record.state === 'unknown';
  const unknown = unsettledWork(state, prefix).filter(({ record }) => isUnknown(record));
  if (wanted !== undefined) return { ...onceViews(state, filter), unknown: unknown.length };
  const isAmongUnknown = after === '' || unknown.some(({ path }) => path === after);
  const first = isAmongUnknown ? unknown.filter(({ path }) => path > after) : [];
  if (first.length > limit) return { works: first.slice(0, limit), more: true, unknown: unknown.length };
  const next = { prefix, after: isAmongUnknown ? '' : after, limit: limit - first.length };
  const rest = pageOfWork(state, next, ONCE.keyOf, (record) => !isUnknown(record));
  return { works: [...first, ...rest.works], more: rest.more, unknown: unknown.length };
}

/** All that is not done, by path. */
function unsettledWork(state: Reader, prefix: string): OnceView[] {
  const start = ONCE_UNSETTLED('');
  return state
    .range('system', { start, end: prefixEnd(start), limit: 0, keysOnly: true })
    .map(({ key }) => pathOfRecordId(key.slice(start.length)))
    .filter((path) => path.startsWith(prefix))
    .map((path) => ({ path, record: ONCE.read(state, recordIdOf(path))! }));
}

type Range = Pick<OnceFilter, 'prefix' | 'after' | 'limit'>;

/** `folder`: of all work, or of what is not done. */
function pageOfWork(
  state: Reader,
  { prefix, after, limit }: Range,
  folder: (id: string) => Key,
  isWanted: (record: OnceRecord) => boolean,
): OncePage {
  if (prefix !== '' && prefix[0] !== '/') return { works: [], more: false };
  const first = folder(prefix.slice(1));
  const isBehind = after !== '' && folder(recordIdOf(after)) >= first;
  const start = isBehind ? `${folder(recordIdOf(after))}\0` : first;
  const { items, more } = recordPage<OnceRecord>(state, {
    ...{ start, end: prefixEnd(first), limit },
    read: (found) => {
      const id = found.key.slice(folder('').length);
      // What stands in the folder of work that is not done is empty.
      const stored = found.value.length > 0 ? found : state.get('system', ONCE.keyOf(id))!;
      const value = ONCE.decode(stored);
      return isWanted(value) ? { id, value, sizeBytes: stored.value.length } : undefined;
    },
  });
  return { works: items.map(({ id, value }) => ({ path: pathOfRecordId(id), record: value })), more };
}

export function onceView(state: Reader, path: Key): OnceView | undefined {
  const record = ONCE.read(state, recordIdOf(path));
  return record && { path, record };
}

/** Of work that is done. */
export function onceResult(state: Reader, path: Key): Uint8Array | undefined {
  return state.get('system', ONCE_RESULTS(recordIdOf(path)))?.value;
}

export function onceOutcome({ result }: WriteOutcome): OnceOutcome {
  if (result.outcome?.kind !== 'once') throw new Error('a command of once-work was answered without an outcome');
  return result.outcome;
}

const STATES: Readonly<Record<OnceOutcome['state'], OnceState>> = {
  claimed: OnceState.CLAIMED,
  done: OnceState.DONE,
  busy: OnceState.BUSY,
  unknown: OnceState.UNKNOWN,
  open: OnceState.OPEN,
  forgotten: OnceState.FORGOTTEN,
};

export function onceResponse(written: WriteOutcome): OnceResponse {
  const { state, token, claims, holder, owner } = onceOutcome(written);
  const { current, slot } = written.result;
  return { state: STATES[state], token, claims, holder, owner, result: current && asBuffer(current.value), slot };
}

export function onceMessage({ path, record }: OnceView): OnceWork {
  const { onDeath, ended, ...rest } = record;
  return { ...rest, path: keyBytes(path), asksOnDeath: onDeath === 'ask', ended };
}
