import { CircleCheck, CircleDashed } from 'lucide-react';

export function MemberState({ hasArrived }: { readonly hasArrived: boolean }) {
  return hasArrived ? (
    <span className="flex items-center gap-1.5 text-good">
      <CircleCheck aria-hidden size={13} /> arrived
    </span>
  ) : (
    <span className="flex items-center gap-1.5 text-soft">
      <CircleDashed aria-hidden size={13} /> not yet
    </span>
  );
}
