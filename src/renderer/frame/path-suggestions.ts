import type { LevelItem } from '../../contract/index.ts';

/** The level that a path being typed is on, and what its last segment begins with. */
export interface PathQuestion {
  readonly path: string;
  readonly prefix: string;
  /** Segments up to this one sort before the prefix: asking after it finds the prefix on a level of any size. */
  readonly after: string;
}

export interface PathSuggestion {
  readonly path: string;
  readonly isKey: boolean;
  readonly descendants: number;
}

/** Undefined for what is no path. */
export function pathQuestion(search: string): PathQuestion | undefined {
  if (!search.startsWith('/')) return undefined;
  const slash = search.lastIndexOf('/');
  const prefix = search.slice(slash + 1);
  return { path: search.slice(0, slash) || '/', prefix, after: before(prefix) };
}

/** The children whose name begins as was typed, each with its whole path. */
export function suggestionsOf(question: PathQuestion, items: readonly LevelItem[]): readonly PathSuggestion[] {
  const parent = question.path === '/' ? '' : question.path;
  return items
    .filter(({ segment }) => segment.startsWith(question.prefix))
    .map(({ segment, isKey, descendants }) => ({ path: `${parent}/${segment}`, isKey, descendants }));
}

/** A text that sorts below everything that begins with the prefix, and above nearly all else that does. */
function before(prefix: string): string {
  const last = prefix.charCodeAt(prefix.length - 1);
  // Neither half of a pair of surrogates may stand alone; then the level is read from its beginning.
  if (Number.isNaN(last) || last <= 1 || last >= 0xd800) return '';
  return `${prefix.slice(0, -1)}${String.fromCharCode(last - 1)}\u{10ffff}`;
}
