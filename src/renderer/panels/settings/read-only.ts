import { act } from '../../activity/activity-store.ts';
import { useCell } from '../../cell/cell-store.ts';
import { client } from '../../connection/connection-store.ts';
import type { PanelCommand } from '../panel.ts';

/** Enforced by the agent, whoever asks. */
export async function setReadOnly(readOnly: boolean): Promise<void> {
  await act(readOnly ? 'Switch read-only mode on' : 'Switch read-only mode off', () =>
    client().cell.setReadOnly({ readOnly }),
  );
}

export function settingsCommands(): readonly PanelCommand[] {
  const readOnly = useCell.getState().view?.status.readOnly ?? false;
  return [
    {
      label: readOnly ? 'Allow changes again (read-only mode off)' : 'Refuse changes (read-only mode on)',
      run: () => void setReadOnly(!readOnly),
    },
  ];
}
