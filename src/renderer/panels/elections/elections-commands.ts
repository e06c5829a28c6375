import { navigate } from '../../navigation/navigation-store.ts';
import type { PanelCommand } from '../panel.ts';

export function electionsCommands(): readonly PanelCommand[] {
  return [{ label: 'Stand for an election', run: () => navigate('elections', { stand: 'yes' }) }];
}
