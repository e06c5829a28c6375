import type { Hello } from '../../gen/synod/v1/peer.ts';
import type { Message } from '../consensus/messages.ts';
import type { AgentId, Ballot, Slot } from '../consensus/types.ts';

interface Acknowledged {
  bootId: string;
  promised: Ballot;
  journalEnd: Slot;
}

const NOTHING_PROMISED: Ballot = { round: 0, agentId: '' };

/**
 * What each agent has told this one to be durable there. An agent that comes back with less runs on an old copy of its
 * state directory, or on a disk that lost writes it had confirmed: its votes were counted, so it must not vote again.
 * Kept in memory only, as a second guard beside the mark in the agent's own state directory.
 */
export class Acknowledgements {
  readonly #agents = new Map<AgentId, Acknowledged>();

  /**
   * Takes down only what a message says to be durable. A refusal names a promise that may not be on disk yet, and so may
   * an `AcceptReply` that only tells how far it received.
   */
  observe(from: AgentId, message: Message): void {
    switch (message.kind) {
      case 'prepareReply':
        if (message.granted) this.#raise(from, message.ballot, 0);
        return;
      case 'acceptReply':
      case 'heartbeatReply':
        if (message.accepted) this.#raise(from, NOTHING_PROMISED, message.through);
        return;
      case 'chosenReply':
        this.#raise(from, NOTHING_PROMISED, message.chosenThrough);
        return;
    }
  }

  /** @returns why this agent must not take part any more, in words for its operator, or undefined */
  judge(hello: Hello): string | undefined {
    const known = this.#agents.get(hello.from);
    const promised = hello.promised ?? NOTHING_PROMISED;
    if (known === undefined) {
      this.#agents.set(hello.from, { bootId: hello.bootId, promised: NOTHING_PROMISED, journalEnd: 0 });
      return undefined;
    }
    // Within one boot a Hello may be older than what was said since.
    if (hello.bootId === known.bootId) return undefined;
    const lost: string[] = [];
    if (isBelow(promised, known.promised)) {
      lost.push(`it promised ballot round ${known.promised.round} and now has ${promised.round}`);
    }
    if (hello.journalEnd < known.journalEnd) {
      lost.push(`its journal reached slot ${known.journalEnd} and now ends at ${hello.journalEnd}`);
    }
    if (lost.length > 0) return lost.join('; ');
    known.bootId = hello.bootId;
    return undefined;
  }

  #raise(from: AgentId, promised: Ballot, journalEnd: Slot): void {
    const known = this.#agents.get(from);
    // Nothing is taken down before a Hello: there would be no boot to tell it from.
    if (known === undefined) return;
    if (isBelow(known.promised, promised)) known.promised = promised;
    if (known.journalEnd < journalEnd) known.journalEnd = journalEnd;
  }
}

function isBelow(a: Ballot, b: Ballot): boolean {
  return a.round < b.round || (a.round === b.round && a.agentId < b.agentId);
}
