interface Item {
  readonly atMs: number;
  readonly id: string;
}

/** The earliest deadlines first (binary heap). */
export class DeadlineHeap {
  #items: Item[] = [];

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
      if ((items[above] as Item).atMs <= atMs) break;
      items[index] = items[above] as Item;
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

  #sink(item: Item): void {
    const items = this.#items;
    let index = 0;
    for (;;) {
      let below = 2 * index + 1;
      if (below >= items.length) break;
      const right = below + 1;
      if (right < items.length && (items[right] as Item).atMs < (items[below] as Item).atMs) below = right;
      if ((items[below] as Item).atMs >= item.atMs) break;
      items[index] = items[below] as Item;
      index = below;
    }
    items[index] = item;
  }
}
