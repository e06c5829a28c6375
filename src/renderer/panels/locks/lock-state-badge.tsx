import { CircleDashed, Hourglass, Lock, LockOpen } from 'lucide-react';
import type { LockView } from '../../../contract/index.ts';
import { Badge } from '../../ui/badge.tsx';

const LOOKS = {
  free: { tone: 'neutral', icon: LockOpen },
  queued: { tone: 'warning', icon: CircleDashed },
  held: { tone: 'info', icon: Lock },
  delayed: { tone: 'bad', icon: Hourglass },
} as const;

/** The state of a lock as a shape and a word. */
export function LockStateBadge({ state }: { readonly state: LockView['state'] }) {
  const { tone, icon } = LOOKS[state];
  return (
    <Badge tone={tone} icon={icon}>
      {state}
    </Badge>
  );
}
