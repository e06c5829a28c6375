import { randomUUID } from 'node:crypto';
import { isLinkFault, linksOf, takesPlaceOf } from '../contract/demo-faults.ts';
import type { DemoFault, DemoFaultKind, PlannedDemoFault } from '../contract/index.ts';
import { DemoError } from './demo-error.ts';

export interface FaultPorts {
  /** To the process of an agent: done when this resolves. Links are the agents' own business. @throws DemoError */
  begin(kind: DemoFaultKind, agentId: string): Promise<void>;
  end(kind: DemoFaultKind, agentId: string): Promise<void>;
  changed(): void;
  /** A fault was to heal by itself, and could not be. */
  trouble(error: unknown): void;
}

interface Standing {
  readonly fault: DemoFault;
  readonly endsMs: number;
  readonly timer: NodeJS.Timeout;
}

/** The faults in effect: each heals when its time is over, when somebody asks for it, and when the cell ends. */
export class Faults {
  readonly #ports: FaultPorts;
  readonly #standing = new Map<string, Standing>();

  constructor(ports: FaultPorts) {
    this.#ports = ports;
  }

  get list(): DemoFault[] {
    return [...this.#standing.values()].map(({ fault }) => fault);
  }

  get remainingMs(): number[] {
    const nowMs = performance.now();
    return [...this.#standing.values()].map(({ endsMs }) => Math.max(0, Math.round(endsMs - nowMs)));
  }

  /** Takes the place of those of its kind that it covers, which then do not end in between. @throws DemoError */
  async add(planned: PlannedDemoFault): Promise<DemoFault> {
    const fault = faultOf(planned);
    const replaced = this.list.filter((standing) => takesPlaceOf(fault, standing));
    for (const { id } of replaced) this.#drop(id);
    this.#put(fault, planned.healsAfterMs);
    this.#ports.changed();
    if (isLinkFault(fault.kind)) return fault;
    const begun: string[] = [];
    const begin = async (agentId: string): Promise<void> => {
      await this.#ports.begin(fault.kind, agentId);
      begun.push(agentId);
    };
    try {
      await allOrThrow(fault.agents.map(begin));
    } catch (error) {
      this.#drop(fault.id);
      this.#ports.changed();
      // It is done to all of them or to none.
      await Promise.allSettled(begun.map((agentId) => this.#ports.end(fault.kind, agentId)));
      throw error;
    }
    return fault;
  }

  /** @throws DemoError */
  async heal(id: string): Promise<void> {
    const fault = this.#drop(id);
    if (fault === undefined) {
      throw new DemoError('NOT_FOUND', `no fault "${id}" is in effect in this demo cell: it may have healed by itself`);
    }
    this.#ports.changed();
    if (isLinkFault(fault.kind)) return;
    // Another fault may hold one of them still.
    const held = new Set(this.list.filter(({ kind }) => kind === fault.kind).flatMap(({ agents }) => agents));
    const freed = fault.agents.filter((agentId) => !held.has(agentId));
    await allOrThrow(freed.map((agentId) => this.#ports.end(fault.kind, agentId)));
  }

  /** @throws DemoError after all others have been tried too */
  async healAll(): Promise<void> {
    await allOrThrow(this.list.map(({ id }) => this.heal(id)));
  }

  /** Something else has ended it for that agent: its process died while it was paused, or was started by hand. */
  forget(kind: DemoFaultKind, agentId: string): void {
    const over = [...this.#standing.values()].filter(
      ({ fault }) => fault.kind === kind && fault.agents.includes(agentId),
    );
    for (const { fault, ...standing } of over) {
      const agents = fault.agents.filter((each) => each !== agentId);
      if (agents.length === 0) this.#drop(fault.id);
      else this.#standing.set(fault.id, { ...standing, fault: { ...fault, agents } });
    }
    if (over.length > 0) this.#ports.changed();
  }

  /** The faults that stood. None of them heals by a timer any more. */
  clear(): DemoFault[] {
    const standing = this.list;
    for (const { id } of standing) this.#drop(id);
    if (standing.length > 0) this.#ports.changed();
    return standing;
  }

  #put(fault: DemoFault, healsAfterMs: number): void {
    const timer = setTimeout(() => {
      this.heal(fault.id).catch((error: unknown) => this.#ports.trouble(error));
    }, healsAfterMs);
    this.#standing.set(fault.id, { fault, endsMs: performance.now() + healsAfterMs, timer });
  }

  #drop(id: string): DemoFault | undefined {
    const standing = this.#standing.get(id);
    clearTimeout(standing?.timer);
    this.#standing.delete(id);
    return standing?.fault;
  }
}

/** All are tried, also when one fails. */
async function allOrThrow(works: readonly Promise<void>[]): Promise<void> {
  const settled = await Promise.allSettled(works);
  const failed = settled.find(({ status }) => status === 'rejected') as PromiseRejectedResult | undefined;
  if (failed !== undefined) throw failed.reason;
}

/** What does not belong to its kind says nothing. */
function faultOf(planned: PlannedDemoFault): DemoFault {
  const { kind, agents, direction, delayMs, jitterMs, share, healsAfterMs } = planned;
  const links = [...linksOf(planned)];
  const isDelay = kind === 'delay';
  const hasShare = kind === 'drop' || kind === 'duplicate';
  const beganMs = Date.now();
  return {
    id: randomUUID(),
    kind,
    agents: [...new Set([...agents, ...links.flat()])],
    links,
    direction: isLinkFault(kind) ? direction : 'both',
    delayMs: isDelay ? delayMs : 0,
    jitterMs: isDelay ? jitterMs : 0,
    share: hasShare ? share : 0,
    beganMs,
    healsAtMs: beganMs + healsAfterMs,
  };
}
