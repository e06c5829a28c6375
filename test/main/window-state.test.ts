/** Guards where the window opens: where it was, but never where nobody can reach it, whatever the file says. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { loadWindowState, MIN_SIZE, restoredWindow, saveWindowState } from '../../src/main/window-state.ts';
import { fc } from '../support/property.ts';

const PRIMARY = { x: 0, y: 0, width: 1920, height: 1040 };
const LEFT = { x: -1280, y: 100, width: 1280, height: 984 };
const folder = mkdtempSync(join(tmpdir(), 'synod-window-'));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const saved = (x: number, y: number, width = 1000, height = 700, isMaximized = false) => ({
  bounds: { x, y, width, height },
  isMaximized,
});

describe('the window', () => {
  it('opens where it was', () => {
    expect(restoredWindow(saved(-1200, 200, 900, 600, true), [PRIMARY, LEFT])).toEqual({
      x: -1200,
      y: 200,
      width: 900,
      height: 600,
      isMaximized: true,
    });
  });

  it('opens in the middle when its display is gone', () => {
    expect(restoredWindow(saved(-1200, 200), [PRIMARY])).toEqual({ width: 1280, height: 800, isMaximized: false });
  });

  it('opens in the middle when only its foot would be seen', () => {
    expect(restoredWindow(saved(100, -300), [PRIMARY])).not.toHaveProperty('x');
  });

  it('is never larger than a small display when it opens for the first time', () => {
    expect(restoredWindow(undefined, [{ x: 0, y: 0, width: 1024, height: 600 }])).toEqual({
      width: 1024,
      height: 600,
      isMaximized: false,
    });
  });

  it.each([[null], ['x'], [{}], [{ bounds: null, isMaximized: true }], [{ bounds: { x: 'a' }, isMaximized: true }]])(
    'ignores %j',
    (value) => {
      expect(restoredWindow(value, [PRIMARY])).toEqual({ width: 1280, height: 800, isMaximized: false });
    },
  );

  it('has a title bar within reach, wherever it was', () => {
    const number = fc.integer({ min: -5_000, max: 5_000 });
    fc.assert(
      fc.property(number, number, number, number, (x, y, width, height) => {
        const window = restoredWindow(saved(x, y, width, height), [PRIMARY, LEFT]);
        if (window.x === undefined || window.y === undefined) return;
        expect(window.width).toBeGreaterThanOrEqual(MIN_SIZE.width);
        expect(window.height).toBeGreaterThanOrEqual(MIN_SIZE.height);
        const { x: left, y: top, width: wide } = window;
        const isReachable = [PRIMARY, LEFT].some(
          (display) =>
            top >= display.y &&
            top < display.y + display.height &&
            left < display.x + display.width &&
            left + wide > display.x,
        );
        expect(isReachable).toBe(true);
      }),
    );
  });
});

describe('its file', () => {
  it('says what was saved', () => {
    const file = join(folder, 'desktop', 'window.json');
    saveWindowState(file, saved(1, 2));
    expect(loadWindowState(file)).toEqual(saved(1, 2));
    expect(readFileSync(file, 'utf8')).toMatch(/\n$/);
  });

  it('may be missing or broken', () => {
    expect(loadWindowState(join(folder, 'none.json'))).toBeUndefined();
    saveWindowState(join(folder, 'broken.json'), saved(1, 2));
    writeFileSync(join(folder, 'broken.json'), '{"bounds"');
    expect(loadWindowState(join(folder, 'broken.json'))).toBeUndefined();
  });
});
