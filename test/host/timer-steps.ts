import type { Answer } from '../../src/agent/host/answer.ts';
import type { RenewItem, RenewOutcome } from '../../src/agent/host/messages.ts';
import type { PeerMessage } from '../../src/agent/host/ports.ts';
import { type Timer, TimerBook } from '../../src/agent/host/timers.ts';
import type { MemoryCell } from '../support/memory-cell.ts';

export const TTL_MS = 4_000;
export const THREE = { voters: ['a', 'b', 'c'] };
export const ITEM: RenewItem = { timerId: 'session/s', ageMs: 0 };

export function itemOf(timerId: string): RenewItem {
  return { timerId, ageMs: 0 };
}

/** Of a leadership that knows every timer from the beginning. */
export function bookOf(timers: readonly Timer[]): TimerBook {
  const book = new TimerBook();
  book.begin();
  book.load(timers, 0);
  book.complete(0);
  return book;
}

export function open(cell: MemoryCell, at: string, sessionId = 's', ttlMs = TTL_MS): number {
  cell.write(at, { kind: 'openSession', sessionId, ttlMs, owner: 'test' }).value();
  return cell.clock.nowMs;
}

export function isAlive(cell: MemoryCell, at: string, sessionId = 's'): boolean {
  return cell.host(at).state.get('system', `/_internal/sessions/${sessionId}`) !== undefined;
}

export function renew(
  cell: MemoryCell,
  at: string,
  item = ITEM,
): { outcome: Answer<readonly RenewOutcome[]> | undefined } {
  const call: { outcome: Answer<readonly RenewOutcome[]> | undefined } = { outcome: undefined };
  cell.host(at).renew([item], (answer) => {
    call.outcome = answer;
  });
  return call;
}

export function outcomeOf(call: { outcome: Answer<readonly RenewOutcome[]> | undefined }): RenewOutcome | undefined {
  return call.outcome?.ok ? call.outcome.value[0] : undefined;
}

export function isHostMessage(message: PeerMessage, kind: string): boolean {
  return message.kind === 'host' && message.message.kind === kind;
}

export function isHeartbeat(message: PeerMessage): boolean {
  return message.kind === 'consensus' && message.envelope.message.kind.startsWith('heartbeat');
}

export function waited<C extends { outcome: unknown }>(cell: MemoryCell, call: C): C {
  cell.clock.runUntil(() => call.outcome !== undefined);
  return call;
}
