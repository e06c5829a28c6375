import { decodeConfiguration } from '../../src/agent/consensus/configuration.ts';
import type { Output, Writes } from '../../src/agent/consensus/io.ts';
import type { Message } from '../../src/agent/consensus/messages.ts';
import type { Ballot, Configuration, Entry, JournalEntry } from '../../src/agent/consensus/types.ts';

/** Everything a scenario shows, in as few words as a reader needs. */
export function ballotText({ round, agentId }: Ballot): string {
  return round === 0 ? '-' : `${round}.${agentId}`;
}

export function configurationText({ epoch, participants }: Configuration): string {
  const of = (role: string): string =>
    participants
      .filter((participant) => participant.role === role)
      .map(({ agentId }) => agentId)
      .join('');
  const learners = of('learner');
  return `epoch ${epoch} voters ${of('voter') || 'none'}${learners ? ` learners ${learners}` : ''}`;
}

export function entryText({ kind, origin, stampMs, requestId, payload }: Entry): string {
  if (kind === 'noop') return `noop of ${ballotText(origin)}`;
  if (kind === 'configuration') return `[${configurationText(decodeConfiguration(payload))}] of ${ballotText(origin)}`;
  return `${requestId} of ${ballotText(origin)} stamp ${stampMs}`;
}

export function itemText({ slot, ballot, entry }: JournalEntry): string {
  return `${slot}@${ballotText(ballot)} ${entryText(entry)}`;
}

function itemsText(items: readonly JournalEntry[]): string {
  return items.length === 0 ? 'nothing' : items.map(itemText).join('; ');
}

export function messageText(message: Message): string {
  switch (message.kind) {
    case 'preVote':
      return `preVote ${ballotText(message.ballot)} chosen ${message.chosenThrough}`;
    case 'preVoteReply':
      return `preVoteReply ${ballotText(message.ballot)} ${message.granted ? 'granted' : 'refused'}`;
    case 'prepare':
      return `prepare ${ballotText(message.ballot)} from ${message.fromSlot}`;
    case 'prepareReply':
      return message.granted
        ? `prepareReply ${ballotText(message.ballot)} ${itemsText(message.entries)}${message.complete ? '' : ' incomplete'} chosen ${message.chosenThrough} floor ${message.floor}`
        : `prepareReply ${ballotText(message.ballot)} refused, promised ${ballotText(message.promised)}`;
    case 'accept': {
      const { fromSlot, ballot } = message;
      const items = message.entries.map((entry, index) => `${fromSlot + index} ${entryText(entry)}`);
      return `accept ${ballotText(ballot)} ${items.join('; ') || 'nothing'} chosen ${message.chosenThrough}`;
    }
    case 'acceptReply':
      return message.accepted
        ? `acceptReply ${ballotText(message.ballot)} through ${message.through}${message.needFrom > 0 ? ` need from ${message.needFrom}` : ''}`
        : `acceptReply ${ballotText(message.ballot)} refused, promised ${ballotText(message.promised)}`;
    case 'heartbeat':
      return `heartbeat ${ballotText(message.ballot)} round ${message.round} chosen ${message.chosenThrough}`;
    case 'heartbeatReply':
      return message.accepted
        ? `heartbeatReply ${ballotText(message.ballot)} round ${message.round} through ${message.through}`
        : `heartbeatReply ${ballotText(message.ballot)} refused, promised ${ballotText(message.promised)}`;
    case 'chosen':
      return `chosen ${ballotText(message.ballot)} ${itemsText(message.entries)} chosen ${message.chosenThrough}`;
    case 'chosenReply':
      return `chosenReply chosen ${message.chosenThrough}${message.needFrom > 0 ? ` need from ${message.needFrom}` : ''}`;
    case 'campaignNow':
      return `campaignNow ${ballotText(message.ballot)}`;
    case 'snapshotOffer':
      return `snapshotOffer floor ${message.floor} chosen ${message.chosenThrough}`;
    case 'removedNotice':
      return `removedNotice epoch ${message.epoch}`;
  }
}

function writesText({ promised, entries, chosenThrough }: Writes): string {
  const parts = [
    promised === undefined ? '' : `promised ${ballotText(promised)}`,
    entries === undefined ? '' : itemsText(entries),
    chosenThrough === undefined ? '' : `chosen ${chosenThrough}`,
  ];
  return parts.filter((part) => part !== '').join(', ');
}

/** One line, or none for what a reader does not miss. */
export function outputText(output: Output): string | undefined {
  switch (output.kind) {
    case 'persist':
      return `writes ${output.token}: ${writesText(output.writes)}`;
    case 'send': {
      const after = output.after === undefined ? '' : ` after ${output.after}`;
      return `> ${output.envelope.to} ${messageText(output.envelope.message)}${after}`;
    }
    case 'deliver':
      return output.entries
        .map(({ slot, entry, isVoid, era }) => {
          return `applies ${slot} ${entryText(entry)}${isVoid ? ' (void)' : ''}, era ${ballotText(era)}`;
        })
        .join('\n');
    case 'readReady':
      return `read ${output.readId} may be answered from ${output.slot}`;
    case 'readFailed':
      return `read ${output.readId} fails`;
    case 'proposalFate':
      return output.fate === 'proposed' ? undefined : `proposal ${output.requestId}: ${output.fate}`;
    case 'roleChanged':
      return `is ${output.role} in ${ballotText(output.ballot)}: ${output.reason}`;
    case 'leaderReady':
      return `is ready from ${output.slot}`;
    case 'configurationChosen':
      return `knows chosen: ${configurationText(output.configuration)}`;
    case 'snapshotNeeded':
      return `needs a snapshot of ${output.from}`;
    case 'removed':
      return `is told by ${output.by} that it was removed`;
  }
}
