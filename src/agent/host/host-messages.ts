import type { AgentId } from '../consensus/types.ts';
import type { HostParts } from './host-parts.ts';
import type { HostMessage } from './messages.ts';

/** Hands a message of another host to the part that it is for. Returns true when it made news for the status. */
export function dispatch(parts: HostParts, from: AgentId, message: HostMessage): boolean {
  switch (message.kind) {
    case 'forward':
      parts.forwards.received(from, message.callId, message.requests);
      return false;
    case 'forwardReply':
      parts.forwards.answered(message.callId, message.fate);
      return false;
    case 'readIndex':
      parts.rounds.received(from, message.callId);
      return false;
    case 'readIndexReply':
      parts.reads.answered(message.callId, message.ok, message.slot);
      return false;
    case 'renew':
      parts.renewals.received(from, message.callId, message.items);
      return false;
    case 'renewReply':
      parts.renewals.answered(message.callId, message.ok, message.outcomes);
      return false;
    case 'awaitApplied':
      parts.appliedQuorum.received(from, message.callId, message.slot);
      return false;
    case 'awaitAppliedReply':
      parts.appliedQuorum.answered(from, message.applied);
      return false;
    case 'livenessReport':
      parts.liveness.onReport(from, message);
      parts.appliedQuorum.reported(from, message.uptimeMs);
      return false;
    case 'cellReport':
      return parts.liveness.onCellReport(from, message.participants);
    case 'changeParticipants':
      parts.participantCalls.received(from, message);
      return false;
    case 'changeParticipantsReply':
      parts.participantCalls.answered(message);
      return false;
  }
}
