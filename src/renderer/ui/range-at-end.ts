import { defaultRangeExtractor, type Range } from '@tanstack/react-virtual';

/**
 * Which rows are drawn while a list follows its end. That the list was scrolled to its end is heard of only after it was
 * drawn: without this the newest rows would be missing in every frame in which some came.
 */
export function rangeAtEnd(range: Range): number[] {
  const endIndex = range.count - 1;
  const startIndex = Math.max(0, endIndex - (range.endIndex - range.startIndex));
  return defaultRangeExtractor({ ...range, startIndex, endIndex });
}
