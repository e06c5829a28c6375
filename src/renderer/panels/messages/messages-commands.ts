import { followSlot, useFollowedSlot } from '../../navigation/followed-slot.ts';
import { navigate } from '../../navigation/navigation-store.ts';
import type { PanelCommand } from '../panel.ts';

export function messagesCommands(): readonly PanelCommand[] {
  const { slot } = useFollowedSlot.getState();
  const always: PanelCommand[] = [
    { label: 'Sequence of messages between all participants', run: () => navigate('messages', { view: 'sequence' }) },
    { label: 'Table of messages of this agent', run: () => navigate('messages') },
  ];
  if (slot === 0) return always;
  return [
    ...always,
    {
      label: `Story of slot ${slot}`,
      run: () => navigate('messages', { view: 'sequence', slot: String(slot) }),
    },
    { label: `Stop following slot ${slot}`, run: () => followSlot(0) },
  ];
}
