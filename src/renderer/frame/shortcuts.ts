import { useEffect } from 'react';
import { openPanel } from '../navigation/navigation-store.ts';
import { openPalette, showGoing, showShortcuts, useOverlays } from './palette-store.ts';
import { GO_KEY, panelOfDigit, panelOfLetter } from './panel-keys.ts';

/**
 * Keys that work everywhere: Ctrl/Cmd-K opens the palette, Ctrl/Cmd and a digit, or `g` and a letter, opens a panel, ? tells
 * them all.
 */
export function useShortcuts(): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.isComposing || event.altKey) return;
      const isTaken = event.ctrlKey || event.metaKey ? onCommand(event.key) : onPlainKey(event);
      if (isTaken) event.preventDefault();
    };
    const stopGoing = (): void => showGoing(false);
    addEventListener('keydown', onKey);
    addEventListener('pointerdown', stopGoing);
    addEventListener('blur', stopGoing);
    return () => {
      removeEventListener('keydown', onKey);
      removeEventListener('pointerdown', stopGoing);
      removeEventListener('blur', stopGoing);
    };
  }, []);
}

/** With Ctrl or Cmd. Returns whether the key meant something here, as below. */
function onCommand(key: string): boolean {
  if (key.toLowerCase() === 'k') {
    showGoing(false);
    openPalette();
    return true;
  }
  const panel = panelOfDigit(key);
  if (panel !== undefined) openPanel(panel.id);
  return panel !== undefined;
}

function onPlainKey({ key, target }: KeyboardEvent): boolean {
  // On its way to a capital letter or a question mark.
  if (key === 'Shift') return false;
  const { going } = useOverlays.getState();
  showGoing(false);
  if (takesLetters(target)) return false;
  const panel = going ? panelOfLetter(key) : undefined;
  if (panel !== undefined) openPanel(panel.id);
  else if (key === '?') showShortcuts(true);
  else if (key.toLowerCase() === GO_KEY) showGoing(true);
  // Escape takes back the first key, and nothing else besides.
  else return going && key === 'Escape';
  return true;
}

const NOT_WRITTEN_IN = new Set(['checkbox', 'radio', 'button', 'submit', 'range', 'file']);

/** Where a letter is a letter, and where it chooses from what is open. */
function takesLetters(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target.closest('[role=dialog],[role=alertdialog],[role=menu],[role=listbox]'))
    return true;
  if (target instanceof HTMLInputElement) return !NOT_WRITTEN_IN.has(target.type);
  return ['TEXTAREA', 'SELECT'].includes(target.tagName);
}
