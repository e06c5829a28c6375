import type { BarrierView } from '../../../contract/index.ts';

/** Why a participant cannot do this now; empty: it can. The cell judges the same, this says it beforehand. */

export function arriveRefusal({ state, isOpen, members }: BarrierView, sessionId: string, name: string): string {
  if (state === 'broken') return 'it is broken; reset it first';
  const member = members.find((one) => one.sessionId === sessionId);
  if (member?.hasArrived === true) return `${name} has arrived, and waits for the others`;
  return member === undefined && !isOpen ? `${name} is no member; add it first` : '';
}

export function leaveRefusal({ members }: BarrierView, sessionId: string, name: string): string {
  return members.some((one) => one.sessionId === sessionId) ? '' : `${name} takes no part in it`;
}

/** What the chosen participant is here, in one sentence. */
export function memberText({ members, isOpen }: BarrierView, sessionId: string, name: string): string {
  const member = members.find((one) => one.sessionId === sessionId);
  if (member === undefined) {
    return isOpen ? `${name} may arrive: it is open to anybody.` : `${name} is no member of this barrier.`;
  }
  return member.hasArrived
    ? `${name} has arrived, and waits for the others.`
    : `${name} is a member that has not arrived.`;
}
