import type { BallotView, ParticipantView } from '../../../contract/index.ts';
import { useCell } from '../../cell/cell-store.ts';

/** A ballot belongs to whoever began it; what the others have promised, they alone know. */
export function useBallotOf({ agentId, isSelf }: ParticipantView): BallotView | undefined {
  const round = useCell(({ view }) => view?.status.ballot.round ?? 0);
  const ownerId = useCell(({ view }) => view?.status.ballot.agentId ?? '');
  return round > 0 && (isSelf || ownerId === agentId) ? { round, agentId: ownerId } : undefined;
}
