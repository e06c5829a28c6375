import { hostConfig } from '../../src/agent/config.ts';
import { EMPTY_CONFIGURATION } from '../../src/agent/consensus/configuration.ts';
import type { Base } from '../../src/agent/consensus/io.ts';
import type { AgentId, Configuration } from '../../src/agent/consensus/types.ts';
import type { Answer } from '../../src/agent/host/answer.ts';
import type { AutopilotPolicy } from '../../src/agent/host/autopilot-view.ts';
import type { ReadBarrierOptions, WriteOptions, WriteOutcome } from '../../src/agent/host/cell-port.ts';
import { GroupHost } from '../../src/agent/host/group-host.ts';
import type { HostConfig } from '../../src/agent/host/host-config.ts';
import { type HostObserver, NO_OBSERVER } from '../../src/agent/host/observer.ts';
import type { HostPorts, PeerMessage } from '../../src/agent/host/ports.ts';
import type { Command } from '../../src/agent/machine/commands.ts';
import { MemoryStateStore } from '../../src/agent/machine/memory-store.ts';
import { ManualClock, manualPorts } from './manual-ports.ts';
import { MemoryLogDisk } from './memory-log-disk.ts';

export interface Agent {
  readonly id: AgentId;
  host: GroupHost;
  disk: MemoryLogDisk;
  store: MemoryStateStore;
  isDown: boolean;
  /** Everything that it sent, newest last. */
  readonly sent: { readonly to: AgentId; readonly message: PeerMessage }[];
}

export interface MemoryCellOptions {
  readonly voters: readonly AgentId[];
  readonly learners?: readonly AgentId[];
  readonly config?: Partial<HostConfig>;
  readonly autopilot?: AutopilotPolicy;
  readonly observer?: Partial<HostObserver>;
}

const CELL_ID = 'cell';

/** Whole hosts with the real consensus and machine, on one manual clock and a network of one millisecond. */
export class MemoryCell {
  readonly clock = new ManualClock();
  readonly agents = new Map<AgentId, Agent>();
  /** Return false to lose the message. */
  deliver: (from: AgentId, to: AgentId, message: PeerMessage) => boolean = () => true;
  latencyMs = 1;
  /** Takes the place of fetching a snapshot. */
  fetchSnapshot: HostPorts['fetchSnapshot'] | undefined;
  #options: MemoryCellOptions;
  #boots = 0;

  constructor(options: MemoryCellOptions) {
    this.#options = options;
    const configuration: Configuration = {
      epoch: 1,
      participants: [
        ...options.voters.map((agentId) => ({ agentId, role: 'voter' as const })),
        ...(options.learners ?? []).map((agentId) => ({ agentId, role: 'learner' as const })),
      ],
    };
    const base: Base = { slot: 1, era: { round: 0, agentId: '' }, configuration, configurationSlot: 1 };
    for (const { agentId } of configuration.participants) this.#add(agentId, base);
  }

  /** A newcomer that knows nothing yet. */
  addStranger(id: AgentId): Agent {
    const base: Base = {
      slot: 0,
      era: { round: 0, agentId: '' },
      configuration: EMPTY_CONFIGURATION,
      configurationSlot: 0,
    };
    return this.#add(id, base);
  }

  agent(id: AgentId): Agent {
    const agent = this.agents.get(id);
    if (agent === undefined) throw new Error(`no agent ${id}`);
    return agent;
  }

  host(id: AgentId): GroupHost {
    return this.agent(id).host;
  }

  /** The agent that leads and is ready, once there is one. */
  leader(): Agent {
    let found: Agent | undefined;
    this.clock.runUntil(() => {
      found = [...this.agents.values()].find(
        ({ host, isDown }) => !isDown && host.replica.isLeaderReady && host.status.writable,
      );
      return found !== undefined;
    });
    return found as Agent;
  }

  followers(): Agent[] {
    const { id } = this.leader();
    return [...this.agents.values()].filter((agent) => agent.id !== id && !agent.isDown);
  }

  crash(id: AgentId): void {
    const agent = this.agent(id);
    agent.isDown = true;
    agent.host.stop();
  }

  /** Comes back with what its disks hold. */
  restart(id: AgentId): void {
    const agent = this.agent(id);
    agent.disk = new MemoryLogDisk(this.clock, agent.disk);
    agent.store = agent.store.cloneFlushed();
    const meta = agent.store.readMeta();
    agent.host = this.#boot(agent, {
      slot: meta.appliedSlot,
      era: JSON.parse(meta.era),
      configuration: JSON.parse(meta.configuration),
      configurationSlot: meta.configurationSlot,
    });
    agent.isDown = false;
    agent.host.start();
  }

  write(id: AgentId, command: Command, options: Partial<WriteOptions> = {}): Call<WriteOutcome> {
    const call = new Call<WriteOutcome>(this.clock);
    const write = { quorum: 'majority', timeoutMs: 10_000, ...options } as const;
    call.cancel = this.host(id).write(command, write, (answer) => call.take(answer));
    return call;
  }

  read(id: AgentId, options: Partial<ReadBarrierOptions> = {}): Call<number> {
    const call = new Call<number>(this.clock);
    const read = { quorum: 'majority', minSlot: 0, timeoutMs: 5_000, ...options } as const;
    call.cancel = this.host(id).readBarrier(read, (answer) => call.take(answer));
    return call;
  }

  #add(id: AgentId, base: Base): Agent {
    const store = new MemoryStateStore();
    const { epoch, participants } = base.configuration;
    store.writeMeta({
      ...store.readMeta(),
      appliedSlot: base.slot,
      configuration: JSON.stringify({ epoch, participants }),
      configurationSlot: base.configurationSlot,
      cellId: CELL_ID,
    });
    store.flush();
    const disk = new MemoryLogDisk(this.clock, undefined, base.slot + 1);
    const agent = { id, disk, store, isDown: false, sent: [] } as unknown as Agent;
    agent.host = this.#boot(agent, base);
    this.agents.set(id, agent);
    agent.host.start();
    return agent;
  }

  #boot(agent: Agent, base: Base): GroupHost {
    this.#boots += 1;
    const boot = this.#boots;
    let host: GroupHost;
    const ports = manualPorts({
      clock: this.clock,
      seed: boot * 7919,
      send: (to, message) => {
        agent.sent.push({ to, message });
        if (!this.deliver(agent.id, to, message)) return;
        this.clock.after(this.latencyMs, () => {
          const receiver = this.agents.get(to);
          if (receiver !== undefined && !receiver.isDown) receiver.host.receive(message);
        });
      },
      fetchSnapshot: (from, then) => {
        if (this.fetchSnapshot !== undefined) {
          this.fetchSnapshot(from, then);
          return;
        }
        this.clock.after(5, () => {
          const source = this.agents.get(from);
          if (source === undefined || source.isDown || agent.isDown) {
            then(undefined);
            return;
          }
          source.host.flush();
          const store = source.store.cloneFlushed();
          const meta = store.readMeta();
          if (meta.appliedSlot <= host.status.applied) {
            then(undefined);
            return;
          }
          agent.store = store;
          agent.disk.dropBelow(meta.appliedSlot + 1);
          const era = JSON.parse(meta.era);
          const configuration = JSON.parse(meta.configuration);
          const { appliedSlot: slot, configurationSlot } = meta;
          then({ store, base: { slot, era, configuration, configurationSlot } });
        });
      },
    });
    host = new GroupHost({
      agentId: agent.id,
      cellId: CELL_ID,
      group: 0,
      disk: agent.disk,
      store: agent.store,
      base,
      ports,
      config: { ...hostConfig('test'), ...this.#options.config },
      autopilot: this.#options.autopilot ?? (() => undefined),
      observer: { ...NO_OBSERVER, ...this.#options.observer },
      bootNonce: `${agent.id}${boot}`,
    });
    return host;
  }
}

/** A call under way, whose answer a test waits for on the manual clock. */
export class Call<T> {
  answer: Answer<T> | undefined;
  answers = 0;
  cancel: () => void = () => {};
  #clock: ManualClock;

  constructor(clock: ManualClock) {
    this.#clock = clock;
  }

  take(answer: Answer<T>): void {
    this.answers += 1;
    this.answer = answer;
  }

  wait(limitMs?: number): Answer<T> {
    this.#clock.runUntil(() => this.answer !== undefined, limitMs);
    return this.answer as Answer<T>;
  }

  /** @throws the failure. */
  value(limitMs?: number): T {
    const answer = this.wait(limitMs);
    if (!answer.ok) throw answer.error;
    return answer.value;
  }

  get error() {
    if (this.answer?.ok !== false) throw new Error('the call has not failed');
    return this.answer.error;
  }
}

export function put(key: string, value: string): Command {
  return { kind: 'put', key, value: new TextEncoder().encode(value), leaseId: '', returnPrevious: false };
}

/** Takes effect once more each time it is executed. */
export function create(key: string, value: string): Command {
  const expected = { kind: 'version', version: 0 } as const;
  return { kind: 'compareAndWrite', key, expected, value: new TextEncoder().encode(value), leaseId: '' };
}

export function text(host: GroupHost, key: string): string | undefined {
  const record = host.state.get('user', key);
  return record && new TextDecoder().decode(record.value);
}
