import { NAMES } from './names-list.ts';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';

/**
 * A name that nobody in the cell has. Its initial tells the order of joining as long as there are free letters: the
 * first agent gets one with A, the second one with B. Afterwards the letter that is used least.
 *
 * @param taken names of every agent the cell knows, also of removed ones: a name never comes to mean someone else
 * @param random uniform in [0, 1)
 */
export function drawName(taken: Iterable<string>, random: () => number): string {
  const used = new Set(taken);
  const uses = new Map([...ALPHABET].map((letter) => [letter, 0]));
  for (const name of used) {
    const letter = name.charAt(0).toUpperCase();
    const count = uses.get(letter);
    if (count !== undefined) uses.set(letter, count + 1);
  }
  const letters = [...uses].sort(([, a], [, b]) => a - b).map(([letter]) => letter);
  for (let round = 1; ; round++) {
    for (const letter of letters) {
      const free = NAMES.filter((name) => name.startsWith(letter))
        .map((name) => (round === 1 ? name : `${name}${round}`))
        .filter((name) => !used.has(name));
      if (free.length > 0) return free[Math.floor(random() * free.length)]!;
    }
  }
}
