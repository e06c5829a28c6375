import { create } from 'zustand';

/** Where the window is: a panel and what it shows, kept in the address so that back, reload and links work. */
export interface Place {
  readonly panel: string;
  readonly query: Readonly<Record<string, string>>;
}

export function parsePlace(hash: string): Place {
  const [path = '', search = ''] = hash.replace(/^#\/?/, '').split('?', 2);
  return { panel: path || 'overview', query: Object.fromEntries(new URLSearchParams(search)) };
}

export function formatPlace({ panel, query }: Place): string {
  const entries = Object.entries(query).filter(([, value]) => value !== '');
  const search = new URLSearchParams(entries).toString();
  return `#/${panel}${search === '' ? '' : `?${search}`}`;
}

export const useNavigation = create<Place>(() => parsePlace(location.hash));

/** Whoever would lose something when the place is left. Answers whether it may be left now; if not, it asks, and may `go` on. */
export type LeaveGuard = (place: Place, go: () => void) => boolean;

let leaveGuard: LeaveGuard | undefined;

/** Asked before every step to another place; undefined: nothing would be lost any more. */
export function guardLeaving(guard: LeaveGuard | undefined): void {
  leaveGuard = guard;
}

addEventListener('hashchange', () => {
  const wanted = parsePlace(location.hash);
  const present = useNavigation.getState();
  const go = (): void => {
    location.hash = formatPlace(wanted);
    useNavigation.setState(wanted, true);
  };
  if (leaveGuard === undefined || leaveGuard(wanted, go)) useNavigation.setState(wanted, true);
  // The address has changed already: it goes back to what is shown.
  else history.pushState(null, '', formatPlace(present));
});

/** Goes somewhere; the way back is kept. */
export function navigate(panel: string, query: Readonly<Record<string, string>> = {}): void {
  location.hash = formatPlace({ panel, query });
}

const lastQueries = new Map<string, Place['query']>();
lastQueries.set(useNavigation.getState().panel, useNavigation.getState().query);
useNavigation.subscribe(({ panel, query }) => lastQueries.set(panel, query));

/** Goes to where this panel was left; the one that is shown goes back to its beginning. */
export function openPanel(panel: string): void {
  const isShown = useNavigation.getState().panel === panel;
  navigate(panel, isShown ? {} : (lastQueries.get(panel) ?? {}));
}

/** Changes what the panel shows without a step to go back to. */
export function replaceQuery(change: Readonly<Record<string, string>>): void {
  const { panel, query } = useNavigation.getState();
  const place = { panel, query: { ...query, ...change } };
  history.replaceState(null, '', formatPlace(place));
  useNavigation.setState(place, true);
}
