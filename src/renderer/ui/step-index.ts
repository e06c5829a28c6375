/**
 * Where a key leads in a list that has the focus: arrow keys, Home, End and the page keys. Undefined: the key means
 * something else. `at` is -1 while nothing is reached; then an arrow begins at the near end.
 */
export function stepIndex(key: string, at: number, count: number, pageRows: number): number | undefined {
  const last = count - 1;
  if (last < 0) return undefined;
  const within = (index: number): number => Math.max(0, Math.min(last, index));
  switch (key) {
    case 'ArrowDown':
      return at < 0 ? 0 : within(at + 1);
    case 'ArrowUp':
      return at < 0 ? last : within(at - 1);
    case 'PageDown':
      return within(Math.max(at, 0) + pageRows);
    case 'PageUp':
      return within((at < 0 ? count : at) - pageRows);
    case 'Home':
      return 0;
    case 'End':
      return last;
    default:
      return undefined;
  }
}
