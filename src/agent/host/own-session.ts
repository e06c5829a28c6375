import type { Command } from '../machine/commands.ts';
import type { HostContext } from './host-context.ts';
import type { Renewals } from './renewals.ts';
import type { Requests } from './requests.ts';

/**
 * The session of this agent, for calls that bring none. Opened in the background under an id made per boot, renewed while
 * the agent runs, and replaced when it has ended (the agent was cut off or slept for longer than its TTL).
 */
export class OwnSession {
  #context: HostContext;
  #requests: Requests;
  #renewals: Renewals;
  #bootNonce: string;
  #number = 0;
  #sessionId = '';
  #isOpen = false;
  #isStopped = false;
  #cancelRenewal: () => void = () => {};

  constructor(context: HostContext, parts: { requests: Requests; renewals: Renewals; bootNonce: string }) {
    this.#context = context;
    this.#requests = parts.requests;
    this.#renewals = parts.renewals;
    this.#bootNonce = parts.bootNonce;
  }

  get id(): string | undefined {
    return this.#isOpen ? this.#sessionId : undefined;
  }

  open(): void {
    this.#number += 1;
    const sessionId = `agent-${this.#bootNonce}-${this.#number}`;
    this.#sessionId = sessionId;
    const { internalSessionTtlMs: ttlMs } = this.#context.config;
    const command: Command = { kind: 'openSession', sessionId, ttlMs, owner: this.#context.agentId };
    this.#requests.writeRepeatedly(command, (answer) => {
      if (this.#isStopped || sessionId !== this.#sessionId) return;
      if (!answer.ok) {
        // It was open and has ended before this agent learnt of it. Ids are never used twice.
        this.#context.observer.note('warn', `the session of this agent could not be opened: ${answer.error.message}`);
        this.#cancelRenewal = this.#context.ports.after(this.#context.config.retryMs, () => this.open());
        return;
      }
      this.#isOpen = true;
      this.#requests.openOwn(sessionId);
      this.#scheduleRenewal();
    });
  }

  /** Any entry may have ended it: a timer that fired, an operator, a snapshot that no longer holds it. */
  checkEnded(isAlive: (sessionId: string) => boolean): void {
    if (this.#isOpen && !isAlive(this.#sessionId)) this.#replace();
  }

  /**
   * In good order, before the agent ends: without it the cell keeps the session until its TTL has run out. Calls back when
   * it has ended or cannot be ended in time. Calls that bring no session are not written any more.
   */
  end(timeoutMs: number, then: () => void): void {
    const sessionId = this.id;
    this.stop();
    if (sessionId === undefined) {
      this.#context.ports.soon(then);
      return;
    }
    this.#requests.write({ kind: 'endSession', sessionId }, { quorum: 'majority', timeoutMs }, () => then());
    this.#requests.closeOwn();
  }

  stop(): void {
    this.#isStopped = true;
    this.#isOpen = false;
    this.#cancelRenewal();
  }

  #replace(): void {
    this.#isOpen = false;
    this.#cancelRenewal();
    this.#requests.endOwn();
    this.open();
  }

  #scheduleRenewal(): void {
    this.#cancelRenewal = this.#context.ports.after(this.#context.config.internalSessionTtlMs / 3, () => this.#renew());
  }

  #renew(): void {
    const sessionId = this.#sessionId;
    this.#renewals.renew([{ timerId: `session/${sessionId}`, ageMs: 0 }], (answer) => {
      if (this.#isStopped || !this.#isOpen || sessionId !== this.#sessionId) return;
      // Refused: its end is proposed or has happened; nothing more may be sent under it.
      if (answer.ok && answer.value[0]?.renewed === false) this.#replace();
      else this.#scheduleRenewal();
    });
  }
}
