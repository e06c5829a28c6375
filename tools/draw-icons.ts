/**
 * Draws the icons of the app into build/: `node tools/draw-icons.ts`. The mark is three agents around what they agree on; it
 * is described once, here, and written as SVG and as pixels in the formats that packages want.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { icns, ico, png } from './icon-formats.ts';
import { ROOT } from './source-files.ts';

type Colour = readonly [red: number, green: number, blue: number];

/** In a square of 1 by 1. */
const PLATE = { margin: 0.06, radius: 0.2, colour: [28, 33, 43] as Colour };
const CENTRE = { u: 0.5, v: 0.54, radius: 0.1, colour: [245, 246, 248] as Colour };
const AGENTS = [
  { u: 0.5, v: 0.25, radius: 0.105, colour: [88, 166, 255] as Colour },
  { u: 0.25, v: 0.7, radius: 0.105, colour: [88, 166, 255] as Colour },
  { u: 0.75, v: 0.7, radius: 0.105, colour: [88, 166, 255] as Colour },
] as const;
const LINK = { width: 0.035, colour: [120, 132, 152] as Colour };

const SAMPLES = 4;

/** The colour at a point, or undefined outside of the plate. */
function colourAt(u: number, v: number): Colour | undefined {
  for (const { colour, radius, ...at } of [CENTRE, ...AGENTS]) {
    if (Math.hypot(u - at.u, v - at.v) <= radius) return colour;
  }
  if (AGENTS.some((agent) => distanceToLink(u, v, agent) <= LINK.width / 2)) return LINK.colour;
  const inset = PLATE.margin + PLATE.radius;
  const du = Math.max(inset - u, 0, u - (1 - inset));
  const dv = Math.max(inset - v, 0, v - (1 - inset));
  return Math.hypot(du, dv) <= PLATE.radius ? PLATE.colour : undefined;
}

/** From a point to the line between an agent and the centre. */
function distanceToLink(u: number, v: number, agent: { readonly u: number; readonly v: number }): number {
  const [du, dv] = [agent.u - CENTRE.u, agent.v - CENTRE.v];
  const along = ((u - CENTRE.u) * du + (v - CENTRE.v) * dv) / (du * du + dv * dv);
  const clamped = Math.min(1, Math.max(0, along));
  return Math.hypot(u - CENTRE.u - clamped * du, v - CENTRE.v - clamped * dv);
}

/** Red, green, blue, alpha; each pixel from samples inside it. */
function draw(sizePx: number): Buffer {
  const pixels = Buffer.alloc(sizePx * sizePx * 4);
  for (let y = 0; y < sizePx; y++) {
    for (let x = 0; x < sizePx; x++) {
      const sum = [0, 0, 0];
      let inside = 0;
      for (let sample = 0; sample < SAMPLES * SAMPLES; sample++) {
        const u = (x + ((sample % SAMPLES) + 0.5) / SAMPLES) / sizePx;
        const v = (y + (Math.floor(sample / SAMPLES) + 0.5) / SAMPLES) / sizePx;
        const colour = colourAt(u, v);
        if (colour === undefined) continue;
        inside++;
        colour.forEach((part, index) => {
          sum[index]! += part;
        });
      }
      const alpha = Math.round((255 * inside) / (SAMPLES * SAMPLES));
      pixels.set([...sum.map((part) => (inside === 0 ? 0 : Math.round(part / inside))), alpha], (y * sizePx + x) * 4);
    }
  }
  return pixels;
}

function svg(): string {
  const rgb = (colour: Colour) => `rgb(${colour.join(' ')})`;
  const { margin, radius, colour } = PLATE;
  const side = 1 - 2 * margin;
  const links = AGENTS.map(({ u, v }) => `    <path d="M${CENTRE.u} ${CENTRE.v}L${u} ${v}"/>`);
  const discs = [CENTRE, ...AGENTS].map(
    (disc) => `  <circle cx="${disc.u}" cy="${disc.v}" r="${disc.radius}" fill="${rgb(disc.colour)}"/>`,
  );
  return [
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1" role="img" aria-label="Synod">',
    `  <rect x="${margin}" y="${margin}" width="${side}" height="${side}" rx="${radius}" fill="${rgb(colour)}"/>`,
    `  <g stroke="${rgb(LINK.colour)}" stroke-width="${LINK.width}">`,
    ...links,
    '  </g>',
    ...discs,
    '</svg>',
    '',
  ].join('\n');
}

const folder = join(ROOT, 'build');
mkdirSync(join(folder, 'icons'), { recursive: true });
const pngs = new Map([16, 24, 32, 48, 64, 128, 256, 512, 1024].map((sizePx) => [sizePx, png(draw(sizePx), sizePx)]));
writeFileSync(join(folder, 'icon.svg'), svg());
for (const [sizePx, data] of pngs) writeFileSync(join(folder, 'icons', `${sizePx}x${sizePx}.png`), data);
writeFileSync(join(folder, 'icon.icns'), icns(pngs));
writeFileSync(join(folder, 'icon.ico'), ico(pngs));
