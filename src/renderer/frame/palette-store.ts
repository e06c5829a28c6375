import { create } from 'zustand';
import { rememberFocus, returnFocus } from '../ui/focus-return.ts';

export interface PaletteState {
  readonly open: boolean;
  readonly search: string;
  /** The entry that Enter chooses. */
  readonly marked: string;
}

export const usePalette = create<PaletteState>(() => ({ open: false, search: '', marked: '' }));

export function openPalette(): void {
  if (!usePalette.getState().open) rememberFocus();
  usePalette.setState({ open: true, search: '', marked: '' });
}

export function closePalette(): void {
  usePalette.setState({ open: false });
  returnFocus();
}

export function searchPalette(search: string): void {
  usePalette.setState({ search });
}

export function markInPalette(marked: string): void {
  usePalette.setState({ marked });
}

/** What opens from anywhere: what was done, which keys do what, and, while the first of two keys was pressed, the second ones. */
export const useOverlays = create<{
  readonly activity: boolean;
  readonly shortcuts: boolean;
  readonly going: boolean;
}>(() => ({ activity: false, shortcuts: false, going: false }));

export function showActivity(activity: boolean): void {
  useOverlays.setState({ activity });
}

export function showShortcuts(shortcuts: boolean): void {
  useOverlays.setState({ shortcuts });
}

export function showGoing(going: boolean): void {
  if (useOverlays.getState().going !== going) useOverlays.setState({ going });
}
