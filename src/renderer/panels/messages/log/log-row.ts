import type { BallotView, MessageView } from '../../../../contract/index.ts';

/** One line of the table. `position` is this page's own: rising, never reused, the identity of the line. */
export type LogRow =
  | { readonly kind: 'message'; readonly position: number; readonly message: MessageView }
  /** Messages that were dropped from the log before they could be told: exactly here. */
  | { readonly kind: 'missed'; readonly position: number; readonly count: number }
  /** The agent was started again: what follows stands in another log. */
  | { readonly kind: 'restarted'; readonly position: number };

/**
 * Ten thousand messages repeat a few dozen names and ballots. Every answer brings them as new strings and objects; sharing
 * one of each keeps what the page holds small, and lets rows compare by reference.
 */
export class Sharing {
  readonly #strings = new Map<string, string>();
  readonly #ballots = new Map<string, BallotView>();

  message(message: MessageView): MessageView {
    const { ballot } = message;
    return {
      ...message,
      peer: this.#string(message.peer),
      kind: this.#string(message.kind),
      status: this.#string(message.status),
      ballot: ballot === null ? null : this.#ballot(ballot),
    };
  }

  #string(text: string): string {
    const known = this.#strings.get(text);
    if (known !== undefined) return known;
    // Clients come and go with new addresses: begin anew rather than keep each of them.
    if (this.#strings.size >= NAMES_MAX) this.#strings.clear();
    this.#strings.set(text, text);
    return text;
  }

  #ballot(ballot: BallotView): BallotView {
    const name = `${ballot.round} ${ballot.agentId}`;
    const known = this.#ballots.get(name);
    if (known !== undefined) return known;
    if (this.#ballots.size >= NAMES_MAX) this.#ballots.clear();
    this.#ballots.set(name, ballot);
    return ballot;
  }
}

const NAMES_MAX = 1_000;
