import { create } from 'zustand';

export type Theme = 'system' | 'light' | 'dark';

const STORAGE_KEY = 'synod.theme';

export const useAppearance = create<{ readonly theme: Theme }>(() => ({ theme: stored() }));

const systemIsDark = matchMedia('(prefers-color-scheme: dark)');

export function setTheme(theme: Theme): void {
  localStorage.setItem(STORAGE_KEY, theme);
  useAppearance.setState({ theme });
  applyTheme();
}

/** Called once at start, before anything is drawn. */
export function applyTheme(): void {
  const { theme } = useAppearance.getState();
  const isDark = theme === 'dark' || (theme === 'system' && systemIsDark.matches);
  document.documentElement.dataset.theme = isDark ? 'dark' : 'light';
}

systemIsDark.addEventListener('change', applyTheme);

function stored(): Theme {
  const theme = localStorage.getItem(STORAGE_KEY);
  return theme === 'light' || theme === 'dark' ? theme : 'system';
}
