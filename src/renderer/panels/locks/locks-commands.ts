import { navigate, useNavigation } from '../../navigation/navigation-store.ts';
import type { PanelCommand } from '../panel.ts';
import { ask, useLocks } from './locks-store.ts';

/** Acquiring one, finding one, and every lock that was told last. */
export function locksCommands(): readonly PanelCommand[] {
  const { tree } = useLocks.getState();
  const path = useNavigation.getState().panel === 'locks' ? (useNavigation.getState().query.path ?? '') : '';
  return [
    {
      label: 'Acquire a lock…',
      run: () => {
        navigate('locks', { path });
        ask({ kind: 'acquire', path });
      },
    },
    {
      label: 'Find a lock by its path',
      run: () => {
        navigate('locks', { path });
        ask({ kind: 'find' });
      },
    },
    { label: 'Who waits for whom', run: () => navigate('locks', { view: 'waits' }) },
    ...(tree?.locks ?? []).map((lock) => ({
      label: `Go to the lock ${lock.path}`,
      run: () => navigate('locks', { path: lock.path }),
    })),
  ];
}
