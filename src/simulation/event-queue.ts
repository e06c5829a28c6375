/** Something that happens later in virtual time. Cancelling leaves it in the queue, where it is skipped. */
export interface Scheduled {
  readonly atMs: number;
  readonly order: number;
  work: (() => void) | undefined;
}

/** The virtual clock: a binary heap ordered by time, then by the order of scheduling, so that runs are exact. */
export class EventQueue {
  nowMs = 0;
  private heap: Scheduled[] = [];
  private scheduledCount = 0;

  at(atMs: number, work: () => void): Scheduled {
    const scheduled: Scheduled = { atMs: Math.max(atMs, this.nowMs), order: this.scheduledCount, work };
    this.scheduledCount += 1;
    this.push(scheduled);
    return scheduled;
  }

  after(delayMs: number, work: () => void): Scheduled {
    return this.at(this.nowMs + delayMs, work);
  }

  /** Runs the next event; false when none is due until `throughMs`, to which the clock then moves. */
  runNext(throughMs: number): boolean {
    for (;;) {
      const first = this.heap[0];
      if (first === undefined || first.atMs > throughMs) {
        this.nowMs = Math.max(this.nowMs, throughMs);
        return false;
      }
      this.pop();
      if (first.work === undefined) continue;
      this.nowMs = first.atMs;
      first.work();
      return true;
    }
  }

  get size(): number {
    return this.heap.length;
  }

  private push(scheduled: Scheduled): void {
    const heap = this.heap;
    let index = heap.length;
    heap.push(scheduled);
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!isBefore(scheduled, heap[parent] as Scheduled)) break;
      heap[index] = heap[parent] as Scheduled;
      index = parent;
    }
    heap[index] = scheduled;
  }

  private pop(): void {
    const heap = this.heap;
    const last = heap.pop() as Scheduled;
    const size = heap.length;
    if (size === 0) return;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= size) break;
      if (child + 1 < size && isBefore(heap[child + 1] as Scheduled, heap[child] as Scheduled)) child += 1;
      if (!isBefore(heap[child] as Scheduled, last)) break;
      heap[index] = heap[child] as Scheduled;
      index = child;
    }
    heap[index] = last;
  }
}

function isBefore(one: Scheduled, other: Scheduled): boolean {
  return one.atMs < other.atMs || (one.atMs === other.atMs && one.order < other.order);
}
