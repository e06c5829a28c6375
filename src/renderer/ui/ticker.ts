const TICK_MS = 200;

const shown = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

/** Calls `draw` now and five times a second while somebody can see the page, until the returned function is called. */
export function onTick(draw: () => void): () => void {
  shown.add(draw);
  draw();
  timer ??= setInterval(() => {
    if (document.visibilityState === 'visible') for (const drawn of shown) drawn();
  }, TICK_MS);
  return () => {
    shown.delete(draw);
    if (shown.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}
