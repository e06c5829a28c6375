export interface Deadline {
  readonly atMs: number;
  readonly id: string;
}

/** The earliest deadlines first (binary heap). */
export class DeadlineHeap {
  #items: Deadline[] = [];

  get size(): number {
    return this.#items.length;
  }

  get earliestMs(): number {
    return this.#items[0]?.atMs ?? Infinity;
  }

  push(atMs: number, id: string): void {
    const items = this.#items;
    const item = { atMs, id };
    let index = items.length;
    items.push(item);
    while (index > 0) {
      const above = (index - 1) >> 1;
      if ((items[above] as Deadline).atMs <= atMs) break;
      items[index] = items[above] as Deadline;
      index = above;
    }
    items[index] = item;
  }

  pop(): string | undefined {
    const items = this.#items;
    const first = items[0];
    const last = items.pop();
    if (first === undefined || last === undefined) return undefined;
    if (items.length > 0) this.#sink(last);
    return first.id;
  }

  clear(): void {
    this.#items = [];
  }

  /** These take the place of all others. */
  replace(deadlines: Deadline[]): void {
    this.#items = deadlines;
    for (let index = (deadlines.length >> 1) - 1; index >= 0; index -= 1) {
      this.#sink(deadlines[index] as Deadline, index);
    }
  }

  #sink(item: Deadline, from = 0): void {
    const items = this.#items;
    let index = from;
    for (;;) {
      let below = 2 * index + 1;
      if (below >= items.length) break;
      const right = below + 1;
      if (right < items.length && (items[right] as Deadline).atMs < (items[below] as Deadline).atMs) below = right;
      if ((items[below] as Deadline).atMs >= item.atMs) break;
      items[index] = items[below] as Deadline;
      index = below;
    }
    items[index] = item;
  }
}
