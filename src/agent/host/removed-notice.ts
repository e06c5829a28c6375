import { isParticipant } from '../consensus/configuration.ts';
import type { PeerMessage } from './ports.ts';
import type { ReplicaDriver } from './replica-driver.ts';

type FromHost = Extract<PeerMessage, { kind: 'host' }>;

/**
 * What a removed agent is told when it still reports as if it took part. A removed voter hears of it when it campaigns, a
 * removed learner never campaigns. Only the leader tells: another agent may not know a newcomer yet.
 */
export function noticeToRemoved({ isReadyLeader, replica }: ReplicaDriver, said: FromHost): PeerMessage | undefined {
  const { group, cellId, from, to, message } = said;
  const { configuration } = replica;
  if (message.kind !== 'livenessReport' || !isReadyLeader || isParticipant(configuration, from)) return undefined;
  const { epoch } = configuration;
  if (said.epoch > epoch) return undefined;
  const envelope = { group, cellId, from: to, to: from, epoch, message: { kind: 'removedNotice', epoch } } as const;
  return { kind: 'consensus', envelope };
}
