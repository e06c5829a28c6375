import { useCell } from '../../cell/cell-store.ts';
import { useFollowedSlot } from '../../navigation/followed-slot.ts';
import { navigate } from '../../navigation/navigation-store.ts';
import type { PanelCommand } from '../panel.ts';

export function journalCommands(): readonly PanelCommand[] {
  const applied = useCell.getState().view?.status.applied ?? 0;
  const { slot } = useFollowedSlot.getState();
  const goTo = (to: number) => () => navigate('journal', { slot: String(to) });
  return [
    ...(applied === 0 ? [] : [{ label: 'The newest applied slot', run: goTo(applied) }]),
    ...(slot === 0 ? [] : [{ label: `Entry of slot ${slot} in the journal`, run: goTo(slot) }]),
  ];
}
