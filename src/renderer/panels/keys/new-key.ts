import { navigate, useNavigation } from '../../navigation/navigation-store.ts';
import { openDialog } from './dialogs-store.ts';

/** From any panel: opens Keys and asks for a key to write. Nothing is written before somebody says so. */
export function askForNewKey(): void {
  if (useNavigation.getState().panel !== 'keys') navigate('keys');
  openDialog({ kind: 'create', path: '/' });
}
