import { navigate } from '../../navigation/navigation-store.ts';
import type { PanelCommand } from '../panel.ts';

export function proposalsCommands(): readonly PanelCommand[] {
  return [{ label: 'Propose a value', run: () => navigate('proposals', { propose: 'yes' }) }];
}
