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

/** The lists that open from anywhere: what was done, and which keys do what. */
export const useOverlays = create<{ readonly activity: boolean; readonly shortcuts: boolean }>(() => ({
  activity: false,
  shortcuts: false,
}));

export function showActivity(activity: boolean): void {
  useOverlays.setState({ activity });
}

export function showShortcuts(shortcuts: boolean): void {
  useOverlays.setState({ shortcuts });
}
