/**
 * The wall clocks of several agents brought onto one scale. What is known of them are the messages between them: none was
 * received before it was sent, so the smallest difference seen in each direction bounds how far two clocks can be apart,
 * and with traffic both ways the truth lies between two bounds (half a round trip, as NTP estimates it).
 */
export class Clocks {
  /** Smallest `received - sent` by the clocks of receiver and sender; by sender, then receiver. */
  readonly #smallest = new Map<string, Map<string, number>>();
  readonly #corrections = new Map<string, number>();

  /** What is added to a time of that clock. */
  correction(clock: string): number {
    return this.#corrections.get(clock) ?? 0;
  }

  /** Messages went both ways between them: their corrections are estimates and not guesses. */
  areRelated(a: string, b: string): boolean {
    return this.#smallest.get(a)?.has(b) === true && this.#smallest.get(b)?.has(a) === true;
  }

  /** The scale is that of this clock. */
  refer(clock: string): void {
    if (this.#corrections.size === 0) this.#corrections.set(clock, 0);
  }

  /** @returns whether corrections have changed, so that times that were told are no longer right */
  observe(sender: string, receiver: string, sentMs: number, receivedMs: number): boolean {
    if (sender === receiver) return false;
    const difference = receivedMs - sentMs;
    let byReceiver = this.#smallest.get(sender);
    if (byReceiver === undefined) {
      byReceiver = new Map();
      this.#smallest.set(sender, byReceiver);
    }
    const smallest = byReceiver.get(receiver);
    if (smallest !== undefined && smallest <= difference) return false;
    byReceiver.set(receiver, difference);
    if (smallest !== undefined && this.correction(sender) - this.correction(receiver) <= difference) return false;
    return this.#solve();
  }

  /** Corrections that stay possible stay as they are; the others go to the middle of what is possible. */
  #solve(): boolean {
    const clocks = [...this.#known()];
    const bounds = this.#bounds(clocks);
    if (bounds === undefined) {
      // A clock ran faster or slower than another for so long that old messages contradict new ones: learn anew.
      this.#smallest.clear();
      return false;
    }
    let hasChanged = false;
    for (let index = 0; index < clocks.length; index += 1) {
      let least = Number.NEGATIVE_INFINITY;
      let most = Number.POSITIVE_INFINITY;
      for (let placed = 0; placed < index; placed += 1) {
        const correction = this.correction(clocks[placed]!);
        most = Math.min(most, correction + bounds[index]![placed]!);
        least = Math.max(least, correction - bounds[placed]![index]!);
      }
      const before = this.#corrections.get(clocks[index]!);
      if (before !== undefined && before >= least && before <= most) continue;
      const fresh = between(least, most);
      hasChanged ||= fresh !== (before ?? 0);
      this.#corrections.set(clocks[index]!, fresh);
    }
    return hasChanged;
  }

  #known(): Set<string> {
    const clocks = new Set(this.#corrections.keys());
    for (const [sender, byReceiver] of this.#smallest) {
      clocks.add(sender);
      for (const receiver of byReceiver.keys()) clocks.add(receiver);
    }
    return clocks;
  }

  /** How much larger the correction of one clock may be than that of another, over all ways; undefined: contradictory. */
  #bounds(clocks: readonly string[]): number[][] | undefined {
    const bounds = clocks.map((sender) =>
      clocks.map((receiver) =>
        sender === receiver ? 0 : (this.#smallest.get(sender)?.get(receiver) ?? Number.POSITIVE_INFINITY),
      ),
    );
    for (let over = 0; over < clocks.length; over += 1) {
      for (let from = 0; from < clocks.length; from += 1) {
        for (let to = 0; to < clocks.length; to += 1) {
          const way = bounds[from]![over]! + bounds[over]![to]!;
          if (way < bounds[from]![to]!) bounds[from]![to] = way;
        }
      }
    }
    return clocks.every((_, index) => bounds[index]![index]! >= 0) ? bounds : undefined;
  }
}

/** With traffic one way only there is one bound: the smallest correction that keeps it. */
function between(least: number, most: number): number {
  if (Number.isFinite(least) && Number.isFinite(most)) return (least + most) / 2;
  return Math.min(Math.max(0, least), most);
}
