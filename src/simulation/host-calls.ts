import type { CellError, WriteOutcome } from '../agent/host/cell-port.ts';
import type { Command } from '../agent/machine/commands.ts';
import type { HostCell } from './host-cell.ts';
import type { HostProcess } from './host-driver.ts';
import type { Random } from './random.ts';

/** How long one agent may take before another is asked. */
export const ATTEMPT_MS = 1_500;

/** A place in a session. */
export interface Place {
  readonly id: string;
  readonly sequence: number;
  readonly ackedBelow: number;
}

export type WriteAnswer =
  | { readonly ok: true; readonly value: WriteOutcome }
  | { readonly ok: false; readonly error: CellError };

/** The calls of one client, each to whichever agent it happens to ask. */
export class HostCalls {
  readonly #cell: HostCell;
  readonly #random: Random;
  readonly #isStopped: () => boolean;

  constructor(cell: HostCell, random: Random, isStopped: () => boolean) {
    this.#cell = cell;
    this.#random = random;
    this.#isStopped = isStopped;
  }

  /** One call to one agent. Answers that come after it was given up are not listened to. */
  write(command: Command, session: Place | undefined, then: (outcome: WriteAnswer) => void): void {
    const process = this.anybody();
    const { driver } = process;
    let isOver = false;
    const end = (outcome: WriteAnswer): void => {
      if (isOver || this.#isStopped()) return;
      isOver = true;
      then(outcome);
    };
    const place = session && { id: session.id, sequence: session.sequence, ackedBelow: session.ackedBelow };
    process.run(() => {
      const quorum = this.#random.chance(0.1) ? 'all' : 'majority';
      driver?.host.write(command, { quorum, session: place, timeoutMs: ATTEMPT_MS }, end);
    });
    const error = { reason: 'TIMEOUT', effect: 'unknown' } as CellError;
    this.#cell.world.queue.after(1.3 * ATTEMPT_MS, () => end({ ok: false, error }));
  }

  anybody(): HostProcess {
    const { leader, running, processes } = this.#cell;
    if (leader !== undefined && this.#random.chance(0.3)) return leader;
    return this.#random.pick(running.length > 0 ? running : [...processes.values()]);
  }
}
