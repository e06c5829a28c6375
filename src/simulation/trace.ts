import type { PeerMessage } from '../agent/host/ports.ts';

/** One event of a run. `detail` is formatted only when somebody reads it. */
export interface TraceEvent {
  readonly atMs: number;
  readonly agentId: string;
  readonly what: string;
  readonly detail: unknown;
}

const KEPT = 4_096;

/**
 * A rolling hash over everything that happened, for "the same seed twice gives the same run", and the last events for
 * a report. Times enter the hash, so two runs with equal hashes took the same steps at the same moments.
 */
export class Trace {
  private high = 0x811c9dc5 | 0;
  private low = 0x01000193 | 0;
  private readonly kept: TraceEvent[] = [];
  private next = 0;
  count = 0;
  /** Called with every event; for watching a run. */
  listener: ((event: TraceEvent) => void) | undefined;

  add(atMs: number, agentId: string, what: string, detail?: unknown, number = 0): void {
    this.count += 1;
    this.mixNumber(atMs);
    this.mixText(agentId);
    this.mixText(what);
    this.mixNumber(number);
    const event = { atMs, agentId, what, detail };
    this.kept[this.next] = event;
    this.next = (this.next + 1) % KEPT;
    this.listener?.(event);
  }

  get hash(): string {
    return (this.high >>> 0).toString(16).padStart(8, '0') + (this.low >>> 0).toString(16).padStart(8, '0');
  }

  /** The last events, oldest first; about one agent when `agentId` is given. */
  last(count: number, agentId?: string): TraceEvent[] {
    const inOrder = [...this.kept.slice(this.next), ...this.kept.slice(0, this.next)];
    return inOrder.filter((event) => agentId === undefined || event.agentId === agentId).slice(-count);
  }

  private mixText(text: string): void {
    for (let index = 0; index < text.length; index += 1) this.mix(text.charCodeAt(index));
  }

  private mixNumber(value: number): void {
    const scaled = value * 1024;
    this.mix(scaled | 0);
    this.mix((scaled / 0x1_0000_0000) | 0);
  }

  private mix(word: number): void {
    this.high = Math.imul(this.high ^ word, 0x01000193);
    this.low = (Math.imul(this.low ^ word, 0x85ebca6b) + (this.high >>> 13)) | 0;
  }
}

export function formatEvent(event: TraceEvent): string {
  const detail = event.detail === undefined ? '' : ` ${formatDetail(event.detail)}`;
  return `${event.atMs.toFixed(3).padStart(12)} ${event.agentId.padEnd(3)} ${event.what}${detail}`;
}

/** A number that distinguishes messages in the trace hash without formatting them. */
export function messageNumber(message: PeerMessage): number {
  if (message.kind === 'host') return message.message.kind.length;
  const body = message.envelope.message;
  if ('chosenThrough' in body) return body.chosenThrough * 31 + body.kind.length;
  return body.kind.length;
}

function formatDetail(detail: unknown): string {
  if (typeof detail === 'string') return detail;
  return JSON.stringify(detail, (_key, value: unknown) => {
    if (value instanceof Uint8Array) return `${value.length} bytes`;
    if (isBallot(value)) return `${value.round}.${value.agentId}`;
    if (isJournalEntry(value)) return `${value.slot}:${value.entry.kind}@${value.ballot.round}.${value.ballot.agentId}`;
    if (isEntry(value)) return `${value.kind} ${value.requestId} of ${value.origin.round}.${value.origin.agentId}`;
    return value;
  });
}

function isBallot(value: unknown): value is { round: number; agentId: string } {
  return typeof value === 'object' && value !== null && 'round' in value && 'agentId' in value;
}

function isEntry(
  value: unknown,
): value is { kind: string; requestId: string; origin: { round: number; agentId: string } } {
  return typeof value === 'object' && value !== null && 'origin' in value && 'requestId' in value;
}

function isJournalEntry(
  value: unknown,
): value is { slot: number; ballot: { round: number; agentId: string }; entry: { kind: string } } {
  return typeof value === 'object' && value !== null && 'slot' in value && 'entry' in value && 'ballot' in value;
}
