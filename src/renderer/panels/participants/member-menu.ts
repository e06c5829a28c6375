import {
  ArrowDownToLine,
  ArrowUpFromLine,
  Crown,
  ExternalLink,
  type LucideIcon,
  Pin,
  PinOff,
  Replace,
  Trash2,
} from 'lucide-react';
import { useShallow } from 'zustand/react/shallow';
import type { MemberActionName, ParticipantView } from '../../../contract/index.ts';
import { useCell, useWriteRefusal } from '../../cell/cell-store.ts';
import type { MenuItem } from '../../ui/menu.tsx';
import { openDashboard } from './dashboard-link.tsx';
import { actionsFor, memberAction } from './member-actions.ts';
import { ask } from './participants-store.ts';

const ICONS: Readonly<Record<MemberActionName, LucideIcon>> = {
  transfer: Crown,
  promote: ArrowUpFromLine,
  demote: ArrowDownToLine,
  replace: Replace,
  pinVoter: Pin,
  pinLearner: Pin,
  unpin: PinOff,
  remove: Trash2,
};

/** What can be done with a participant, as entries of a menu. */
export function useMemberActions(participant: ParticipantView): readonly MenuItem[] {
  const refusal = useWriteRefusal();
  const actions = useCell(useShallow(({ view }) => (view === undefined ? [] : actionsFor(participant, view))));
  const name = participant.name || participant.agentId.slice(0, 8);
  return actions.map((action) => {
    const { label, danger } = memberAction(action, name);
    return {
      label,
      danger,
      icon: ICONS[action],
      refusal,
      onSelect: () => ask({ kind: 'change', action, agentId: participant.agentId }),
    };
  });
}

export function useMemberMenu(participant: ParticipantView): readonly (MenuItem | null)[] {
  const actions = useMemberActions(participant);
  const open: MenuItem = {
    label: 'Open its dashboard',
    icon: ExternalLink,
    refusal: participant.httpAddress === '' ? 'it has told no HTTP address' : '',
    onSelect: () => openDashboard(participant),
  };
  // What destroys stands apart, at the end.
  const harmless = actions.filter((item) => item.danger !== true);
  const dangerous = actions.filter((item) => item.danger === true);
  return [open, null, ...harmless, null, ...dangerous];
}
