import type { DemoFault } from '../contract/index.ts';
import { isLinkBetween, linksOf } from '../contract/index.ts';
import type { DemoNews } from '../demo/index.ts';
import { createLinkPolicy, type LinkPolicy, type LinkRule } from './peer/index.ts';

export interface DemoLinksClocks {
  readonly nowMs: () => number;
  readonly wallMs: () => number;
}

interface FaultHere {
  readonly fault: DemoFault;
  readonly endsMs: number;
}

/**
 * The faults of a demo cell on the links of one agent. Each is over when its time is, whether anybody says so or not: that is
 * looked at with every message, so that not even an agent that was paused applies one for longer.
 */
export class DemoLinks {
  /** For the links of this agent. */
  readonly policy: LinkPolicy;
  readonly #agentId: string;
  readonly #clocks: DemoLinksClocks;
  readonly #rules = createLinkPolicy();
  #faults: readonly FaultHere[] = [];
  #nextEndMs = Number.POSITIVE_INFINITY;

  constructor(agentId: string, clocks: DemoLinksClocks = { nowMs: () => performance.now(), wallMs: () => Date.now() }) {
    this.#agentId = agentId;
    this.#clocks = clocks;
    this.policy = {
      ...this.#rules,
      judge: (direction, peer) => {
        this.#expire();
        return this.#rules.judge(direction, peer);
      },
      isCut: (direction, peer) => {
        this.#expire();
        return this.#rules.isCut(direction, peer);
      },
      lateMs: (direction, peer) => {
        this.#expire();
        return this.#rules.lateMs(direction, peer);
      },
    };
  }

  /** These faults, and no others. @returns those on links of this agent that were not there before */
  apply({ state, remainingMs }: DemoNews): readonly DemoFault[] {
    const { nowMs, wallMs } = this.#clocks;
    const before = new Set(this.#faults.map(({ fault }) => fault.id));
    const here = state.faults.map((fault, index) => {
      // What waited to be read while this process was paused has grown old, and only the wall clock is shared.
      const leftMs = Math.min(remainingMs[index] ?? 0, fault.healsAtMs - wallMs());
      return { fault, endsMs: nowMs() + leftMs };
    });
    this.#place(here.filter(({ fault }) => linksOf(fault).some((link) => link.includes(this.#agentId))));
    return this.#faults.flatMap(({ fault }) => (before.has(fault.id) ? [] : [fault]));
  }

  /** Nobody supervises the cell any more. */
  clear(): void {
    this.#place([]);
  }

  #expire(): void {
    const nowMs = this.#clocks.nowMs();
    if (nowMs >= this.#nextEndMs) this.#place(this.#faults.filter(({ endsMs }) => endsMs > nowMs));
  }

  #place(faults: readonly FaultHere[]): void {
    this.#faults = faults;
    this.#nextEndMs = Math.min(Number.POSITIVE_INFINITY, ...faults.map(({ endsMs }) => endsMs));
    this.#rules.clear();
    const all = faults.flatMap(({ fault }) => linksOf(fault).map((link) => ({ fault, link })));
    const mine = all.filter(({ link }) => link.includes(this.#agentId));
    const peers = new Set(mine.flatMap(({ link }) => link).filter((agentId) => agentId !== this.#agentId));
    for (const peer of peers) {
      const between = mine.filter(({ link }) => isLinkBetween(link, this.#agentId, peer));
      const facing = (end: 0 | 1): DemoFault[] =>
        between.filter(({ fault, link }) => fault.direction === 'both' || link[end] === peer).map(({ fault }) => fault);
      const [received, sent] = [facing(0), facing(1)];
      this.#rules.set({ direction: 'send', peer, rule: sendRule(sent) });
      // The sender does the rest: done at both ends, a delay would count twice.
      this.#rules.set({ direction: 'receive', peer, rule: { cut: received.some(({ kind }) => kind === 'cut') } });
    }
  }
}

/** Different kinds on one link add up to one rule; of one kind the newest counts. */
function sendRule(faults: readonly DemoFault[]): LinkRule {
  const find = (kind: DemoFault['kind']) => faults.findLast((fault) => fault.kind === kind);
  const delay = find('delay');
  return {
    cut: find('cut') !== undefined,
    delayMs: delay?.delayMs ?? 0,
    jitterMs: delay?.jitterMs ?? 0,
    dropShare: find('drop')?.share ?? 0,
    duplicateShare: find('duplicate')?.share ?? 0,
  };
}
