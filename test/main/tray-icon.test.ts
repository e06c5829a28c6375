/** Guards that the health of the cell can be told by the shape of its mark, not by colour alone. */
import { expect, it } from 'vitest';
import { trayBitmap } from '../../src/main/tray-icon.ts';

const LEVELS = ['healthy', 'degraded', 'read_only', 'starting'] as const;

const shape = (level: (typeof LEVELS)[number]) => {
  const { pixels, sizePx } = trayBitmap(level, 16);
  expect(pixels).toHaveLength(sizePx * sizePx * 4);
  return Array.from({ length: sizePx * sizePx }, (_, pixel) => (pixels[pixel * 4 + 3]! > 127 ? '#' : '.')).join('');
};

it('each level of health has a shape of its own', () => {
  const shapes = LEVELS.map(shape);
  expect(new Set(shapes).size).toBe(LEVELS.length);
  for (const [index, text] of shapes.entries()) expect(text, LEVELS[index]).toContain('#');
});

it('no colour is brighter than its own transparency', () => {
  for (const level of LEVELS) {
    const { pixels } = trayBitmap(level, 32);
    for (let at = 0; at < pixels.length; at += 4) {
      expect(Math.max(pixels[at]!, pixels[at + 1]!, pixels[at + 2]!)).toBeLessThanOrEqual(pixels[at + 3]!);
    }
  }
});
