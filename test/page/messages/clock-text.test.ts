/** Guards how the time of a message is written. */
import { expect, test } from 'vitest';
import { clockText } from '../../../src/renderer/ui/clock-text.ts';

test('hours, minutes, seconds and milliseconds have their zeros', () => {
  expect(clockText(new Date(2026, 0, 2, 3, 4, 5, 6).getTime())).toBe('03:04:05.006');
  expect(clockText(new Date(2026, 0, 2, 23, 59, 59, 999).getTime())).toBe('23:59:59.999');
});
