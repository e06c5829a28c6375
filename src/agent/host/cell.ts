import type { AgentId, Slot } from '../consensus/types.ts';
import type { Command } from '../machine/commands.ts';
import type { Then } from './answer.ts';
import type {
  AppliedState,
  CellPort,
  CellStatus,
  ReadBarrierOptions,
  TimerCountdown,
  WatchHandle,
  WatchQuery,
  WatchSink,
  WriteOptions,
  WriteOutcome,
} from './cell-port.ts';
import type { GroupHost } from './group-host.ts';
import type { ParticipantChange, RenewItem, RenewOutcome } from './messages.ts';
import type { Changed } from './participants.ts';

/**
 * The callbacks of a host as promises, for the API. Everything enters the host through `guard`, so that a broken
 * invariant ends the agent instead of one call.
 */
export class Cell implements CellPort {
  #host: GroupHost;
  #guard: <T>(work: () => T) => T;

  /** @param guard runs the work; when it throws, the agent must stop, and the failure is thrown on. */
  constructor(host: GroupHost, guard: <T>(work: () => T) => T) {
    this.#host = host;
    this.#guard = guard;
  }

  get state(): AppliedState {
    return this.#host.state;
  }

  write(command: Command, options: WriteOptions): Promise<WriteOutcome> {
    return this.#call(options.signal, (then) => this.#host.write(command, options, then));
  }

  readBarrier(options: ReadBarrierOptions): Promise<Slot> {
    return this.#call(options.signal, (then) => this.#host.readBarrier(options, then));
  }

  renew(items: readonly RenewItem[]): Promise<readonly RenewOutcome[]> {
    return this.#call(undefined, (then) => this.#uncancellable(() => this.#host.renew(items, then)));
  }

  countdowns(timerIds: readonly string[]): readonly TimerCountdown[] | undefined {
    return this.#host.countdowns(timerIds);
  }

  changeParticipants(changes: readonly ParticipantChange[], expectedEpoch: number): Promise<Changed> {
    return this.#call(undefined, (then) =>
      this.#uncancellable(() => this.#host.changeParticipants(changes, expectedEpoch, then)),
    );
  }

  transferLeadership(to: AgentId): Promise<{ leader: AgentId }> {
    return this.#call(undefined, (then) => this.#uncancellable(() => this.#host.transferLeadership(to, then)));
  }

  watch(query: WatchQuery, sink: WatchSink): WatchHandle {
    return this.#guard(() => this.#host.watch(query, sink));
  }

  status(): CellStatus {
    return this.#host.status;
  }

  onStatus(listener: (status: CellStatus) => void): () => void {
    return this.#host.onStatus(listener);
  }

  #uncancellable(begin: () => void): undefined {
    begin();
    return undefined;
  }

  #call<T>(signal: AbortSignal | undefined, begin: (then: Then<T>) => (() => void) | undefined): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      let cancel: (() => void) | undefined;
      const abort = (): void => this.#guard(() => cancel?.());
      cancel = this.#guard(() =>
        begin((answer) => {
          signal?.removeEventListener('abort', abort);
          if (answer.ok) resolve(answer.value);
          else reject(answer.error);
        }),
      );
      if (signal === undefined) return;
      if (signal.aborted) abort();
      else signal.addEventListener('abort', abort, { once: true });
    });
  }
}
