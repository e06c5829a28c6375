import { type WatchRequest, WatchResponse } from '../../gen/synod/v1/user.ts';
import type { WatchBatch, WatchQuery } from '../host/cell-port.ts';
import { encodeMessage } from './encoding.ts';
import { keyRange } from './validation.ts';
import { watchEvent } from './wire.ts';

/** Messages end at the next revision once they are this large; a revision is never split. */
const RESPONSE_BYTES_MAX = 1024 * 1024;

/** @throws CellError INVALID_ARGUMENT */
export function watchQuery(request: WatchRequest): WatchQuery {
  const { fromRevision, withPrevious, progress, system } = request;
  return { ...keyRange(request, system), fromRevision, withPrevious, progress };
}

/** An encoded `WatchResponse`. */
export interface EncodedResponse {
  readonly message: Buffer;
  readonly slot: number;
}

interface Encoded extends EncodedResponse {
  readonly batch: WatchBatch;
}

/** Batches as messages. All who watch the same key are told one after the other, and that is encoded once. */
export class WatchEncoder {
  #last: Encoded | undefined;

  responses(batch: WatchBatch): readonly EncodedResponse[] {
    if (batch.changes.length > 1) return severalChanges(batch);
    if (this.#last === undefined || !isSame(batch, this.#last.batch)) {
      this.#last = { batch, ...encoded(batch) };
    }
    return [this.#last];
  }
}

function isSame(one: WatchBatch, other: WatchBatch): boolean {
  if (one.revision !== other.revision || one.slot !== other.slot) return false;
  const [first, second] = [one.changes[0], other.changes[0]];
  return first?.change === second?.change && first?.previous === second?.previous;
}

function severalChanges({ changes, revision, slot }: WatchBatch): EncodedResponse[] {
  const responses: EncodedResponse[] = [];
  let part: WatchBatch['changes'][number][] = [];
  let bytes = 0;
  for (const [index, item] of changes.entries()) {
    const { change, previous } = item;
    part.push(item);
    bytes += change.key.length + change.value.length + (previous?.value.length ?? 0);
    const next = changes[index + 1]?.change;
    if (next === undefined) responses.push(encoded({ changes: part, revision, slot }));
    else if (bytes >= RESPONSE_BYTES_MAX && next.modRevision !== change.modRevision) {
      responses.push(encoded({ changes: part, revision: change.modRevision, slot: change.slot }));
      part = [];
      bytes = 0;
    }
  }
  return responses;
}

function encoded({ changes, revision, slot }: WatchBatch): EncodedResponse {
  const events = changes.map(({ change, previous }) => watchEvent(change, previous));
  return { message: encodeMessage(WatchResponse, { events, revision, slot }), slot };
}
