import { navigate } from '../../navigation/navigation-store.ts';
import type { PanelCommand } from '../panel.ts';

export function barriersCommands(): readonly PanelCommand[] {
  return [{ label: 'Make a barrier', run: () => navigate('barriers', { make: 'yes' }) }];
}
