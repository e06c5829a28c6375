import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Ready } from '../command-line/run-agent.ts';
import { faultMistake, isLinkFault } from '../contract/demo-faults.ts';
import type { DemoAgent, DemoFault, DemoFaultKind, DemoState, PlannedDemoFault } from '../contract/index.ts';
import type { AgentCommand } from './agent-process.ts';
import type { ControlCalls, ControlRequest, DemoNews } from './control-protocol.ts';
import { ControlServer } from './control-server.ts';
import { DemoError } from './demo-error.ts';
import { Faults } from './faults.ts';
import { SupervisedAgent } from './supervised-agent.ts';

/** The agent of the process that supervises: the desktop app. It is the first of the cell, and ends with the app. */
export interface HostedAgent {
  readonly agentId: string;
  readonly name: string;
  readonly grpcAddress: string;
  readonly httpAddress: string;
}

export interface SupervisorOptions {
  /** Holds `agent1`, `agent2`, ... with their logs beside them. */
  readonly directory: string;
  /** From `makeControlPath`. */
  readonly controlPath: string;
  readonly command: AgentCommand;
  /** Of the first agent; each further one asks for the next, and takes the next free one when that is taken. */
  readonly grpcPort: number;
  readonly httpPort: number;
  readonly hosted?: HostedAgent;
  readonly onEnded?: (agent: DemoAgent, how: string) => void;
  /** What went wrong by itself, in words for a person. */
  readonly onTrouble?: (text: string) => void;
  /** Gives up on agents that are starting. */
  readonly stop?: AbortSignal;
}

/** A newcomer whose cell has no majority waits for it; whoever asked for it does not. */
const READY_MS = 20_000;

const ENDING = 'this demo cell is ending';

/** Starts the agents of a demo cell, each in a process of its own that ends with this one, and owns what they leave. */
export class DemoSupervisor {
  readonly #options: SupervisorOptions;
  readonly #agents: SupervisedAgent[] = [];
  readonly #faults = new Faults({
    begin: (kind, agentId) => this.#doToProcess(kind, agentId),
    end: (kind, agentId) => this.#undoToProcess(kind, agentId),
    changed: () => this.#control?.tell(),
    trouble: (error) => this.#options.onTrouble?.(error instanceof Error ? error.message : String(error)),
  });
  #control: ControlServer | undefined;
  #isClosing = false;

  private constructor(options: SupervisorOptions) {
    this.#options = options;
  }

  /** Listens for what the agents pass on. No agent runs yet. */
  static async start(options: SupervisorOptions): Promise<DemoSupervisor> {
    const supervisor = new DemoSupervisor(options);
    supervisor.#control = await ControlServer.listen(options.controlPath, {
      answer: (request) => supervisor.#answer(request),
      news: (from) => supervisor.#news(from),
    });
    return supervisor;
  }

  /** @param from the agent that asks, if one does */
  state(from = ''): DemoState {
    const agents = this.#agents.map((agent) => agent.view(from));
    const { hosted } = this.#options;
    if (hosted !== undefined) agents.unshift(this.#hostedView(hosted));
    return { isDemo: true, agents, faults: this.#faults.list };
  }

  /** What the agents that serve have said of themselves. */
  get serving(): readonly Ready[] {
    return this.#agents.flatMap(({ serving }) => (serving === undefined ? [] : [serving]));
  }

  /** Agents in processes of their own that have not ended. */
  get runningCount(): number {
    return this.#agents.filter(({ hasEnded }) => !hasEnded).length;
  }

  /** One more. Resolves once it serves, or after a while to an agent that is still starting. @throws DemoError */
  async addAgent(from = ''): Promise<DemoAgent> {
    const { directory, controlPath, command, grpcPort, httpPort, onEnded, stop } = this.#options;
    const index = this.#agents.length + (this.#options.hosted === undefined ? 1 : 2);
    const stateDir = join(directory, `agent${index}`);
    mkdirSync(stateDir, { recursive: true });
    const agent = new SupervisedAgent({
      index,
      command,
      stateDir,
      logFile: join(directory, `agent${index}.log`),
      grpcAddr: `127.0.0.1:${grpcPort + index - 1}`,
      httpAddr: `127.0.0.1:${httpPort + index - 1}`,
      controlPath,
      stop,
      onEnded: (view, how) => {
        this.#faults.forget('pause', view.agentId);
        if (!this.#isClosing) onEnded?.(view, how);
      },
      onChanged: () => this.#control?.tell(),
    });
    this.#agents.push(agent);
    return this.#begin(agent, from);
  }

  /** @throws DemoError */
  async restartAgent(index: number, from = ''): Promise<DemoAgent> {
    const agent = this.#agentAt(index);
    if (!agent.hasEnded) throw new DemoError('REFUSED', `${agent.title} is running already`);
    this.#faults.forget('kill', agent.view(from).agentId);
    return this.#begin(agent, from);
  }

  /** kill -9. Resolves once it is dead. @throws DemoError */
  async killAgent(index: number, from = ''): Promise<void> {
    const agent = this.#agentAt(index);
    if (agent.hasEnded) throw new DemoError('REFUSED', `${agent.title} is not running`);
    if (agent.isFrom(from)) throw servesThisPage(agent, 'kill');
    await agent.kill();
  }

  /** It heals after a while. @throws DemoError */
  async addFault(planned: PlannedDemoFault, from = ''): Promise<DemoFault> {
    if (this.#isClosing) throw new DemoError('REFUSED', ENDING);
    const mistake = faultMistake(planned, this.state().agents);
    if (mistake !== undefined) throw new DemoError('INVALID', mistake);
    const { kind, agents } = planned;
    for (const agentId of isLinkFault(kind) ? [] : agents) {
      const agent = this.#processOf(agentId);
      if (agent.isFrom(from)) throw servesThisPage(agent, kind);
      const isRepeat = this.#faults.list.some((fault) => fault.kind === kind && fault.agents.includes(agentId));
      if (agent.hasEnded && !isRepeat) throw new DemoError('REFUSED', `${agent.title} is not running`);
    }
    return this.#faults.add(planned);
  }

  /** @throws DemoError */
  healFault(id: string): Promise<void> {
    return this.#faults.heal(id);
  }

  /** @throws DemoError */
  healAll(): Promise<void> {
    return this.#faults.healAll();
  }

  /** All of them hand over and end; the state directories stay. */
  async close(): Promise<void> {
    this.#isClosing = true;
    // Whoever is to hand over must be awake, and reach the others.
    this.#faults.clear();
    for (const agent of this.#agents) agent.resume();
    await Promise.all(this.#agents.map((agent) => agent.stop()));
    this.#control?.close();
  }

  async #begin(agent: SupervisedAgent, from: string): Promise<DemoAgent> {
    if (this.#isClosing) throw new DemoError('REFUSED', ENDING);
    const peers = this.state().agents.filter(({ index, state }) => index !== agent.index && state === 'running');
    const ready = agent.start(peers.map(({ grpcAddress }) => grpcAddress));
    const late = new AbortController();
    await Promise.race([ready, delay(READY_MS, undefined, { signal: late.signal }).catch(() => undefined)]);
    late.abort();
    return agent.view(from);
  }

  /** @throws DemoError */
  #agentAt(index: number): SupervisedAgent {
    const { hosted } = this.#options;
    if (hosted !== undefined && index === 1) {
      throw new DemoError('REFUSED', `${hosted.name} is the agent of the desktop app: quit the app to end it`);
    }
    const agent = this.#agents.find((each) => each.index === index);
    if (agent !== undefined) return agent;
    const last = this.state().agents.at(-1)?.index ?? 0;
    throw new DemoError('NOT_FOUND', `there is no agent ${index} in this demo cell: it has 1 to ${last}`);
  }

  /** @throws DemoError */
  #processOf(agentId: string): SupervisedAgent {
    const agent = this.#agents.find((each) => each.isFrom(agentId));
    if (agent !== undefined) return agent;
    const name = this.#options.hosted?.name ?? agentId;
    throw new DemoError('REFUSED', `${name} is the agent of the desktop app: cut its links, or quit the app to end it`);
  }

  async #doToProcess(kind: DemoFaultKind, agentId: string): Promise<void> {
    const agent = this.#processOf(agentId);
    if (kind === 'kill') await agent.kill();
    else agent.pause();
  }

  async #undoToProcess(kind: DemoFaultKind, agentId: string): Promise<void> {
    const agent = this.#processOf(agentId);
    if (kind === 'pause') return agent.resume();
    // Whoever heals it at once may find it dying still.
    await agent.kill();
    if (agent.hasEnded) await this.#begin(agent, '');
  }

  #news(from: string): DemoNews {
    return { state: this.state(from), remainingMs: this.#faults.remainingMs };
  }

  #hostedView({ agentId, name, grpcAddress, httpAddress }: HostedAgent): DemoAgent {
    return { index: 1, name, agentId, pid: process.pid, state: 'running', isSelf: true, grpcAddress, httpAddress };
  }

  #answer({ call, from, index = 0, fault, id = '' }: ControlRequest): Promise<unknown> {
    const calls: Readonly<Record<keyof ControlCalls, () => Promise<ControlCalls[keyof ControlCalls]>>> = {
      state: async () => this.state(from),
      addAgent: () => this.addAgent(from),
      restartAgent: () => this.restartAgent(index, from),
      killAgent: async () => {
        await this.killAgent(index, from);
        return {};
      },
      addFault: async () => {
        if (fault === undefined) throw new DemoError('INVALID', 'addFault comes with a fault');
        return this.addFault(fault, from);
      },
      healFault: async () => {
        await this.healFault(id);
        return {};
      },
      healAll: async () => {
        await this.healAll();
        return {};
      },
    };
    if (!Object.hasOwn(calls, call)) throw new DemoError('INVALID', `this version knows no call "${call}"`);
    return calls[call as keyof ControlCalls]();
  }
}

function servesThisPage({ title }: SupervisedAgent, verb: string): DemoError {
  const remedy = `${verb} it from the dashboard of another agent`;
  return new DemoError('REFUSED', `${title} serves this page, which would be gone with it: ${remedy}`);
}
