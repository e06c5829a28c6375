import type { Acting, FencedActing, WriteQuorum } from '../../../contract/index.ts';
import { WriteQuorum as WireQuorum, type WriteOptions } from '../../../gen/synod/v1/user.ts';

const QUORUMS: Readonly<Record<WriteQuorum, WireQuorum>> = { majority: WireQuorum.MAJORITY, all: WireQuorum.ALL };

/** Half of the answers that the cell keeps for a session: what is older than that is settled, or given up. */
const OWN_NUMBERS_OPEN_MAX = 8_192;

/**
 * As its program would say it over gRPC. A session whose caller gives no number has no place here: what is done in its name
 * takes a place of its own, so two agents that are asked at once never take one for two different writes.
 */
export function actingOptions(as: Acting | FencedActing | undefined, quorum?: WriteQuorum): WriteOptions {
  const { sessionId = '', sequence = 0 } = as ?? {};
  const isPlaced = sequence > 0;
  return {
    quorum: quorum === undefined ? WireQuorum.UNSPECIFIED : QUORUMS[quorum],
    sessionId: isPlaced ? sessionId : '',
    sequence,
    // Whoever numbers its writes itself does not say which answers it has heard.
    ackedBelow: Math.max(0, sequence - OWN_NUMBERS_OPEN_MAX),
    fencingToken: as !== undefined && 'fencingToken' in as ? as.fencingToken : 0,
    asSessionId: isPlaced ? '' : sessionId,
  };
}
