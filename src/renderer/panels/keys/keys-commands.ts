import { navigate, useNavigation } from '../../navigation/navigation-store.ts';
import type { PanelCommand } from '../panel.ts';
import { openDialog } from './dialogs-store.ts';
import { askForNewKey } from './new-key.ts';
import { SYSTEM_ROOT } from './paths.ts';
import { exportScope } from './transfer/export-store.ts';
import { useEditor } from './value/editor-store.ts';

export function keysCommands(): readonly PanelCommand[] {
  const inKeys = (run: () => void) => (): void => {
    if (useNavigation.getState().panel !== 'keys') navigate('keys');
    run();
  };
  const path = useEditor.getState().path || '/';
  return [
    { label: 'New key', run: askForNewKey },
    { label: 'Import keys', run: inKeys(() => openDialog({ kind: 'import' })) },
    { label: `Export ${path === '/' ? 'all keys' : path}`, run: inKeys(() => void exportScope(path)) },
    { label: 'Keys of the cell itself', run: () => navigate('keys', { path: SYSTEM_ROOT }) },
  ];
}
