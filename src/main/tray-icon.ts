import type { CellGlimpse } from './cell-glimpse.ts';

/** Raw pixels, four bytes each: blue, green, red, alpha, premultiplied, as Electron's bitmaps are. */
export interface Bitmap {
  readonly sizePx: number;
  readonly pixels: Buffer;
}

type Level = CellGlimpse['level'];

const COLOURS: Readonly<Record<Level, readonly [red: number, green: number, blue: number]>> = {
  healthy: [52, 168, 118],
  degraded: [214, 150, 36],
  read_only: [214, 69, 65],
  starting: [130, 138, 150],
};
const SAMPLES = 4;

/**
 * The health of the cell as a mark: three agents around a centre. Each level has a shape of its own, for those who do not see
 * its colour: all three; one hollow; a bar across; only outlines.
 */
export function trayBitmap(level: Level, sizePx: number): Bitmap {
  const [red, green, blue] = COLOURS[level];
  const pixels = Buffer.alloc(sizePx * sizePx * 4);
  for (let y = 0; y < sizePx; y++) {
    for (let x = 0; x < sizePx; x++) {
      const cover = coverage(level, x, y, sizePx);
      pixels.set([blue * cover, green * cover, red * cover, 255 * cover], (y * sizePx + x) * 4);
    }
  }
  return { sizePx, pixels };
}

/** Which part of a pixel the mark covers, by samples inside it. */
function coverage(level: Level, x: number, y: number, sizePx: number): number {
  let inside = 0;
  for (let sample = 0; sample < SAMPLES * SAMPLES; sample++) {
    const u = (x + ((sample % SAMPLES) + 0.5) / SAMPLES) / sizePx;
    const v = (y + (Math.floor(sample / SAMPLES) + 0.5) / SAMPLES) / sizePx;
    if (isInside(level, u, v)) inside++;
  }
  return inside / (SAMPLES * SAMPLES);
}

/** Corners of a triangle within the unit square. */
const AGENTS = [
  { u: 0.5, v: 0.22 },
  { u: 0.2, v: 0.74 },
  { u: 0.8, v: 0.74 },
] as const;
const RADIUS = 0.18;
const HOLE = 0.1;

function isInside(level: Level, u: number, v: number): boolean {
  if (level === 'read_only' && Math.abs(u + v - 1) < 0.17) return Math.abs(u + v - 1) < 0.09;
  return AGENTS.some((agent, index) => {
    const distance = Math.hypot(u - agent.u, v - agent.v);
    const isHollow = level === 'starting' || (level === 'degraded' && index === 2);
    return distance <= RADIUS && (!isHollow || distance >= HOLE);
  });
}
