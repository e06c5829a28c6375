/**
 * How well an entry answers what was typed, for cmdk: 0 leaves it out. Every word must be in it; the better the nearer to
 * the beginning of its name. Nothing fuzzy: what does not contain the words is not what was meant.
 */
export function paletteScore(entry: string, search: string): number {
  const text = entry.toLowerCase();
  const typed = search.trim().toLowerCase();
  if (typed === '') return 1;
  if (text.startsWith(typed)) return 1;
  const words = typed.split(/\s+/);
  if (!words.every((word) => text.includes(word))) return 0;
  return words.every((word) => beginsWord(text, word)) ? 0.7 : 0.4;
}

function beginsWord(text: string, word: string): boolean {
  return ` ${text}`.includes(` ${word}`);
}
