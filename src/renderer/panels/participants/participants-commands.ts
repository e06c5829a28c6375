import { useCell } from '../../cell/cell-store.ts';
import { navigate } from '../../navigation/navigation-store.ts';
import type { PanelCommand } from '../panel.ts';
import { memberAction } from './member-actions.ts';
import { ask } from './participants-store.ts';

/** Adding an agent, and handing leadership to each voter that could take it. */
export function participantsCommands(): readonly PanelCommand[] {
  const participants = useCell.getState().view?.participants ?? [];
  const followers = participants.filter(
    ({ role, state, suspect }) => role === 'voter' && state !== 'leader' && !suspect,
  );
  return [
    { label: 'Add an agent', run: () => navigate('participants', { add: 'yes' }) },
    ...followers.map(({ agentId, name }) => ({
      label: memberAction('transfer', name).title.replace('?', '…'),
      run: () => {
        navigate('participants', { agent: agentId });
        ask({ kind: 'change', action: 'transfer', agentId });
      },
    })),
  ];
}
