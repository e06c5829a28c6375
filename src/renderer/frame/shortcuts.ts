import { useEffect } from 'react';
import { openPanel } from '../navigation/navigation-store.ts';
import { PANELS } from '../panels/registry.ts';
import { openPalette, showShortcuts } from './palette-store.ts';

/** Keys that work everywhere: Ctrl/Cmd-K opens the palette, Ctrl/Cmd and a digit opens a panel, ? tells them all. */
export function useShortcuts(): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.isComposing || event.altKey) return;
      if (!event.ctrlKey && !event.metaKey) {
        if (event.key !== '?' || isWriting(event.target)) return;
        event.preventDefault();
        showShortcuts(true);
        return;
      }
      if (event.key.toLowerCase() === 'k') {
        event.preventDefault();
        openPalette();
        return;
      }
      const panel = /^[1-9]$/.test(event.key) ? PANELS[Number(event.key) - 1] : undefined;
      if (panel === undefined) return;
      event.preventDefault();
      openPanel(panel.id);
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
}

/** Where a question mark is a question mark. */
function isWriting(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName))
  );
}
