import type { Panel } from '../panels/panel.ts';
import { PANELS } from '../panels/registry.ts';

/** Pressed before the letter of a panel. */
export const GO_KEY = 'g';
/** So many panels have a digit as well; there are no more digits. */
const DIGITS = 9;

/** `g` and a letter: every panel has them. */
export function goKeys({ letter }: Panel): readonly string[] {
  return [GO_KEY, letter];
}

/** Ctrl and a digit: the first nine have them. */
export function digitKeys(panel: Panel): readonly string[] | undefined {
  const index = PANELS.indexOf(panel);
  return index < DIGITS ? ['Ctrl', String(index + 1)] : undefined;
}

export function panelOfDigit(key: string): Panel | undefined {
  return /^[1-9]$/.test(key) ? PANELS[Number(key) - 1] : undefined;
}

export function panelOfLetter(key: string): Panel | undefined {
  return PANELS.find(({ letter }) => letter === key.toLowerCase());
}
