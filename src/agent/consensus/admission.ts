import { NO_BALLOT } from './ballot.ts';
import { isParticipant } from './configuration.ts';
import type { Core } from './core.ts';
import type { Envelope, Message } from './messages.ts';
import type { Slot } from './types.ts';

const TELL_BYTES = 1024 * 1024;

/** Where the sender's knowledge of the chosen prefix ends, as far as its message says so. */
function chosenBySender(message: Message): Slot | undefined {
  switch (message.kind) {
    case 'preVote':
    case 'accept':
    case 'heartbeat':
      return message.chosenThrough;
    case 'prepare':
      return message.fromSlot - 1;
    default:
      return undefined;
  }
}

/**
 * Rejected are only: another cell, a message to someone else, and a request of an agent known to be removed that carries
 * no newer epoch. That one is told the change. Epochs are otherwise hints.
 */
export function isAdmitted(core: Core, envelope: Envelope): boolean {
  const { learner, options, outbox } = core;
  if (envelope.group !== options.group || envelope.cellId !== options.cellId) return false;
  if (envelope.to !== options.agentId || envelope.from === options.agentId) return false;
  const { configuration } = learner;
  const known = chosenBySender(envelope.message);
  if (known === undefined) return true;
  const isRemoved =
    configuration.epoch > 0 && !isParticipant(configuration, envelope.from) && envelope.epoch <= configuration.epoch;
  if (!isRemoved) return true;
  outbox.send(envelope.from, { kind: 'removedNotice', epoch: configuration.epoch });
  if (known < learner.chosenThrough) learner.tell(envelope.from, known + 1, NO_BALLOT, TELL_BYTES);
  return false;
}
