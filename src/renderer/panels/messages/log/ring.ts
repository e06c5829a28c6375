/** The newest items up to a number; adding to either end and dropping the oldest cost the same whatever is kept. */
export class Ring<T> {
  readonly capacity: number;
  #items: (T | undefined)[];
  #start = 0;
  #length = 0;

  constructor(capacity: number) {
    this.capacity = capacity;
    this.#items = new Array<T | undefined>(capacity);
  }

  get length(): number {
    return this.#length;
  }

  /** From the oldest, 0, to the newest. */
  at(index: number): T | undefined {
    return index < 0 || index >= this.#length ? undefined : this.#items[this.#place(index)];
  }

  /** Returns what had to go. */
  push(item: T): T | undefined {
    const dropped = this.#length === this.capacity ? this.shift() : undefined;
    this.#items[this.#place(this.#length)] = item;
    this.#length += 1;
    return dropped;
  }

  /** Takes the oldest away. */
  shift(): T | undefined {
    if (this.#length === 0) return undefined;
    const item = this.#items[this.#start];
    this.#items[this.#start] = undefined;
    this.#start = (this.#start + 1) % this.capacity;
    this.#length -= 1;
    return item;
  }

  /** Puts an item before the oldest. False: there is no room, newer items are worth more. */
  unshift(item: T): boolean {
    if (this.#length === this.capacity) return false;
    this.#start = (this.#start + this.capacity - 1) % this.capacity;
    this.#items[this.#start] = item;
    this.#length += 1;
    return true;
  }

  clear(): void {
    this.#items = new Array<T | undefined>(this.capacity);
    this.#start = 0;
    this.#length = 0;
  }

  toArray(): T[] {
    const all: T[] = [];
    for (let index = 0; index < this.#length; index += 1) all.push(this.#items[this.#place(index)] as T);
    return all;
  }

  #place(index: number): number {
    return (this.#start + index) % this.capacity;
  }
}
