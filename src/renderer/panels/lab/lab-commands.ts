import { navigate } from '../../navigation/navigation-store.ts';
import type { PanelCommand } from '../panel.ts';
import { LAB_TABS } from './lab-tabs.ts';

export function labCommands(): readonly PanelCommand[] {
  return LAB_TABS.map(({ value, label, about }) => ({
    label: `${label}: ${about}`,
    run: () => navigate('lab', { tab: value === 'faults' ? '' : value }),
  }));
}
