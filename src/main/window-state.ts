import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

export interface Bounds {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface WindowState {
  readonly bounds: Bounds;
  readonly isMaximized: boolean;
}

export const MIN_SIZE = { width: 800, height: 560 } as const;
const DEFAULT_SIZE = { width: 1_280, height: 800 } as const;
/** So much of the title bar must lie on a display: else nobody could take hold of the window. */
const GRIP = { width: 120, height: 32 } as const;

/**
 * Where the window goes: where it was, as long as a display is there. The file is only a convenience: what is wrong with it
 * counts as no file.
 *
 * @param workAreas of the displays that are present, the primary first
 */
export function restoredWindow(saved: unknown, workAreas: readonly Bounds[]): Partial<Bounds> & Size & IsMaximized {
  const area = workAreas[0] ?? { x: 0, y: 0, ...DEFAULT_SIZE };
  const fitting = {
    width: Math.min(DEFAULT_SIZE.width, area.width),
    height: Math.min(DEFAULT_SIZE.height, area.height),
  };
  if (!isWindowState(saved)) return { ...fitting, isMaximized: false };
  const { bounds, isMaximized } = saved;
  const width = Math.max(bounds.width, MIN_SIZE.width);
  const height = Math.max(bounds.height, MIN_SIZE.height);
  // Without a position the system centres it on the primary display.
  if (!workAreas.some((display) => isReachable(bounds, display))) return { ...fitting, isMaximized };
  return { x: bounds.x, y: bounds.y, width, height, isMaximized };
}

export function loadWindowState(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

/** Failing to remember where a window was is no reason to bother anybody. */
export function saveWindowState(file: string, state: WindowState): void {
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(`${file}.new`, `${JSON.stringify(state)}\n`);
    renameSync(`${file}.new`, file);
  } catch {}
}

interface Size {
  readonly width: number;
  readonly height: number;
}

interface IsMaximized {
  readonly isMaximized: boolean;
}

function isReachable(window: Bounds, display: Bounds): boolean {
  const width = Math.min(window.x + window.width, display.x + display.width) - Math.max(window.x, display.x);
  const isTopInside = window.y >= display.y && window.y + GRIP.height <= display.y + display.height;
  return width >= GRIP.width && isTopInside;
}

function isWindowState(value: unknown): value is WindowState {
  if (typeof value !== 'object' || value === null) return false;
  const { bounds, isMaximized } = value as Partial<WindowState>;
  if (typeof isMaximized !== 'boolean' || typeof bounds !== 'object' || bounds === null) return false;
  return [bounds.x, bounds.y, bounds.width, bounds.height].every(Number.isSafeInteger);
}
