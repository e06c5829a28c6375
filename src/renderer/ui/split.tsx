import { type ReactNode, useCallback, useRef, useState } from 'react';

/** Two panes with a border that can be dragged, and moved with the arrow keys. The size is remembered by name. */
export function Split({
  name,
  first,
  second,
  initial,
  initialWide = initial,
  min = 200,
  max = 900,
}: {
  readonly name: string;
  readonly first: ReactNode;
  readonly second: ReactNode;
  /** Width of the first pane in pixels. */
  readonly initial: number;
  /** The same where a window has plenty of room. */
  readonly initialWide?: number;
  readonly min?: number;
  readonly max?: number;
}) {
  const storageKey = `synod.split.${name}`;
  const [width, setWidth] = useState(() =>
    clamp(Number(localStorage.getItem(storageKey)) || widthAtFirst(initial, initialWide), min, max),
  );
  const dragged = useRef<{ x: number; width: number } | undefined>(undefined);
  const resize = useCallback(
    (next: number) => {
      const clamped = clamp(next, min, max);
      setWidth(clamped);
      localStorage.setItem(storageKey, String(clamped));
    },
    [storageKey, min, max],
  );
  return (
    <div className="flex min-h-0 min-w-0 flex-1">
      <div className="flex min-h-0 shrink-0 flex-col" style={{ width: `min(${width}px, 60%)` }}>
        {first}
      </div>
      <div
        role="separator"
        aria-label={`Width of ${name}`}
        aria-orientation="vertical"
        aria-valuenow={width}
        aria-valuemin={min}
        aria-valuemax={max}
        tabIndex={0}
        className="w-1 shrink-0 cursor-col-resize border-l border-line hover:bg-accent focus-visible:bg-accent"
        onPointerDown={(event) => {
          dragged.current = { x: event.clientX, width };
          event.currentTarget.setPointerCapture(event.pointerId);
        }}
        onPointerMove={(event) => {
          if (dragged.current !== undefined) resize(dragged.current.width + event.clientX - dragged.current.x);
        }}
        onPointerUp={() => {
          dragged.current = undefined;
        }}
        onKeyDown={(event) => {
          if (event.key === 'ArrowLeft') resize(width - 16);
          if (event.key === 'ArrowRight') resize(width + 16);
        }}
      />
      <div className="flex min-h-0 min-w-0 flex-1 flex-col">{second}</div>
    </div>
  );
}

const PLENTY_PX = 1_600;

function widthAtFirst(initial: number, initialWide: number): number {
  return innerWidth >= PLENTY_PX ? initialWide : initial;
}

function clamp(value: number, min: number, max: number): number {
  return Math.min(max, Math.max(min, value));
}
