import type { JoinRequest } from '../../gen/synod/v1/peer.ts';
import { DEFAULTS } from '../config.ts';
import type { AgentId } from '../consensus/types.ts';
import { CellError, type CellPort, type CellStatus } from '../host/cell-port.ts';
import type { AddressBook } from './addresses.ts';
import { Backoff } from './backoff.ts';
import { type Joined, JoinRefused, joinCell } from './join.ts';
import { announce } from './join-handler.ts';
import type { PeerObserver } from './observer.ts';
import type { Address } from './ports.ts';
import type { QuietLog } from './quiet-log.ts';

export interface MembershipOptions {
  readonly agentId: AgentId;
  /** From `--peer`. */
  readonly bootstrap: readonly Address[];
  readonly book: AddressBook;
  readonly self: () => Omit<JoinRequest, 'agentId' | 'cellId'>;
  readonly random: () => number;
  readonly log: QuietLog;
  readonly observer: PeerObserver;
  readonly nextId: () => string;
  readonly onFatal: (text: string) => void;
  /** How long this agent believes itself removed before it asks again: a newcomer reads old configurations first. */
  readonly rejoinAfterMs: number;
}

/**
 * Keeps this agent among the participants of its cell: joins it, tells it where this agent is now, and asks again when
 * the cell has removed it although it is alive.
 */
export class Membership {
  readonly #options: MembershipOptions;
  readonly #abort = new AbortController();
  #rejoin: NodeJS.Timeout | undefined;
  #isJoining = false;
  #hasJoined = false;

  constructor(options: MembershipOptions) {
    this.#options = options;
  }

  /** @throws JoinRefused, or the reason of an abort */
  async join(cellId: string): Promise<Joined> {
    const { agentId, bootstrap, book, self, random, log, observer, nextId } = this.#options;
    this.#isJoining = true;
    try {
      const joined = await joinCell({
        addresses: () => [...bootstrap, ...book.all()],
        request: () => ({ ...self(), agentId, cellId }),
        random,
        log,
        observer,
        nextId,
        signal: this.#abort.signal,
        onPeers: (peers) => {
          for (const peer of peers) book.told(peer.agentId, peer.grpcAddress);
        },
      });
      this.#hasJoined = true;
      return joined;
    } finally {
      this.#isJoining = false;
    }
  }

  start(cellId: string, port: CellPort): void {
    port.onStatus((status) => this.#watch(cellId, port, status));
    this.#watch(cellId, port, port.status());
    this.#background(this.#announce(port));
    // A used directory needs no one to join, but must not answer for one cell while its operator means another.
    if (this.#options.bootstrap.length > 0 && !this.#hasJoined) this.#background(this.join(cellId));
  }

  /** A participant says that the cell has removed this agent. */
  removed(cellId: string, port: CellPort): void {
    this.#askAgain(cellId, port, () => true);
  }

  stop(): void {
    clearTimeout(this.#rejoin);
    this.#abort.abort(new Error('this agent is stopping'));
  }

  #watch(cellId: string, port: CellPort, status: CellStatus): void {
    if (isOutside(status, this.#options.agentId)) {
      this.#askAgain(cellId, port, () => isOutside(port.status(), this.#options.agentId));
    }
  }

  #askAgain(cellId: string, port: CellPort, isStillNeeded: () => boolean): void {
    if (this.#rejoin !== undefined || this.#isJoining || this.#abort.signal.aborted) return;
    this.#rejoin = setTimeout(() => {
      this.#rejoin = undefined;
      if (this.#isJoining || !isStillNeeded()) return;
      this.#options.log.info('this agent is not a participant as far as it knows; asking to join again');
      this.#background(
        this.join(cellId).then(() => {
          this.#watch(cellId, port, port.status());
        }),
      );
    }, this.#options.rejoinAfterMs);
  }

  async #announce(port: CellPort): Promise<void> {
    const { agentId, self, random } = this.#options;
    const { signal } = this.#abort;
    const backoff = new Backoff(DEFAULTS.joinRetryMinMs, DEFAULTS.joinRetryMaxMs, random);
    while (!signal.aborted) {
      // Before it is a participant, joining says all this.
      if (!isOutside(port.status(), agentId) && port.status().writable) {
        try {
          await port.readBarrier({ quorum: 'majority', minSlot: 0, timeoutMs: DEFAULTS.joinStepMs, signal });
          await announce({ ...self(), agentId }, port, random);
          return;
        } catch (error) {
          if (!(error instanceof CellError)) throw error;
        }
      }
      await pause(backoff.next(), signal);
    }
  }

  #background(work: Promise<unknown>): void {
    work.catch((error: unknown) => {
      if (this.#abort.signal.aborted) return;
      // Whatever else goes wrong here is a bug; it ends the agent with its stack instead of hiding in the background.
      if (!(error instanceof JoinRefused)) throw error;
      this.#options.onFatal(error.message);
    });
  }
}

/** Knows a configuration, and it is not in it. */
function isOutside({ configuration }: CellStatus, agentId: AgentId): boolean {
  const { epoch, participants } = configuration;
  return epoch > 0 && !participants.some((participant) => participant.agentId === agentId);
}

function pause(durationMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, durationMs);
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}
