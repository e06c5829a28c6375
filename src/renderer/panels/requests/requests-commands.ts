import { navigate } from '../../navigation/navigation-store.ts';
import type { PanelCommand } from '../panel.ts';
import { setFilter } from './requests-store.ts';

export function requestsCommands(): readonly PanelCommand[] {
  return [
    { label: 'Write a request', run: () => navigate('requests', { view: 'form' }) },
    {
      label: 'Show requests that failed',
      run: () => {
        setFilter({ state: 'failed' });
        navigate('requests');
      },
    },
  ];
}
