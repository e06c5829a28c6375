import type { Page } from 'playwright-core';
import { numberText, quantile } from './figure.ts';

/** Runs in the page: the time between one frame and the next, for as long as it is wanted. */
const RECORD = `(() => {
  const frames = [];
  let last;
  let on = true;
  const tick = (at) => {
    if (last !== undefined) frames.push(at - last);
    last = at;
    if (on) requestAnimationFrame(tick);
  };
  requestAnimationFrame(tick);
  globalThis.__frames = () => { on = false; return frames; };
})()`;

export async function recordFrames(page: Page): Promise<() => Promise<readonly number[]>> {
  await page.evaluate(RECORD);
  return () => page.evaluate<number[]>('globalThis.__frames()');
}

export function framesText(frames: readonly number[]): string {
  return `${frames.length} frames, median ${numberText(quantile(frames, 0.5))} ms, p99 ${numberText(quantile(frames, 0.99))} ms, worst ${numberText(Math.max(...frames))} ms`;
}
