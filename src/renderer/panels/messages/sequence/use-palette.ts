import { useEffect, useState } from 'react';
import type { Palette } from './picture.ts';

function paletteNow(): Palette {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string): string => style.getPropertyValue(name).trim();
  return {
    theme: document.documentElement.dataset.theme === 'dark' ? 'dark' : 'light',
    surface: colour('--surface'),
    text: colour('--text'),
    soft: colour('--text-soft'),
    faint: colour('--text-faint'),
    line: colour('--line-strong'),
    bad: colour('--bad'),
    warning: colour('--warning'),
    warningSoft: colour('--warning-soft'),
    selected: colour('--selected'),
  };
}

/** A canvas does not follow the theme by itself. */
export function usePalette(): Palette {
  const [palette, setPalette] = useState(paletteNow);
  useEffect(() => {
    const observer = new MutationObserver(() => setPalette(paletteNow()));
    observer.observe(document.documentElement, { attributeFilter: ['data-theme'] });
    return () => observer.disconnect();
  }, []);
  return palette;
}
