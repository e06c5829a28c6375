import { navigate, useNavigation } from '../../navigation/navigation-store.ts';
import type { PanelCommand } from '../panel.ts';
import { ask } from './queues-store.ts';

export function queuesCommands(): readonly PanelCommand[] {
  const enqueue = (): void => {
    const { panel, query } = useNavigation.getState();
    if (panel !== 'queues') navigate('queues');
    ask({ kind: 'enqueue', path: panel === 'queues' ? (query.queue ?? '') : '', after: [] });
  };
  return [
    { label: 'Add entries to a queue', run: enqueue },
    { label: 'Work that waits for a person', run: () => navigate('queues', { tab: 'once', works: 'unknown' }) },
  ];
}
