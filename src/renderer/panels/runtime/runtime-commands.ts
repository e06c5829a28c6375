import { navigate } from '../../navigation/navigation-store.ts';
import type { PanelCommand } from '../panel.ts';
import { openProcessDialog, type ProcessDialog } from './process-dialog-store.ts';

export function runtimeCommands(): readonly PanelCommand[] {
  const show = (dialog: ProcessDialog) => () => {
    navigate('runtime');
    openProcessDialog(dialog);
  };
  return [
    { label: 'Stack of the running process', run: show('stack') },
    { label: 'Take a CPU profile', run: show('profile') },
    { label: 'Take a heap snapshot', run: show('snapshot') },
  ];
}
