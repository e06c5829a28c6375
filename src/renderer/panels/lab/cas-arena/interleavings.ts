/**
 * All orders in which clients can take their steps, each client its own in order: an interleaving is a list of clients. They are
 * numbered in alphabetical order, so that a list of hundreds of thousands needs none of them in memory.
 */

export type Interleaving = readonly number[];

/** How many there are: the multinomial coefficient. 2 clients with 3 steps: 20; 4 clients: 369 600. */
export function countInterleavings(steps: readonly number[]): number {
  let count = 1;
  let placed = 0;
  for (const own of steps) {
    for (let step = 1; step <= own; step += 1) {
      placed += 1;
      // Exact at every turn: each product of `step` neighbours is divisible by `step` factorial.
      count = (count * placed) / step;
    }
  }
  return count;
}

/** The interleaving with that number, from 0. */
export function interleavingAt(index: number, clients: number, stepsEach: number): Interleaving {
  const left = Array.from({ length: clients }, () => stepsEach);
  const order: number[] = [];
  let rest = index;
  while (order.length < clients * stepsEach) {
    for (let client = 0; client < clients; client += 1) {
      if (left[client] === 0) continue;
      left[client]! -= 1;
      const below = countInterleavings(left);
      if (rest < below) {
        order.push(client);
        break;
      }
      rest -= below;
      left[client]! += 1;
    }
  }
  return order;
}
