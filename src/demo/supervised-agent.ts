import type { Ready } from '../command-line/run-agent.ts';
import type { DemoAgent } from '../contract/index.ts';
import { type AgentCommand, AgentProcess } from './agent-process.ts';
import { Pause } from './pause.ts';

export interface SupervisedAgentOptions {
  readonly index: number;
  readonly command: AgentCommand;
  readonly stateDir: string;
  readonly logFile: string;
  readonly grpcAddr: string;
  readonly httpAddr: string;
  readonly controlPath: string;
  readonly stop: AbortSignal | undefined;
  readonly onEnded: (agent: DemoAgent, how: string) => void;
  /** Its state is another one. */
  readonly onChanged: () => void;
}

/** One agent of a demo cell over all of its processes: it can be killed and started again with its state. */
export class SupervisedAgent {
  readonly index: number;
  readonly #options: SupervisedAgentOptions;
  #process: AgentProcess | undefined;
  /** Of the last process that became ready: what it was called stays known after its death. */
  #ready: Ready | undefined;
  #isReady = false;
  #pause: Pause | undefined;

  constructor(options: SupervisedAgentOptions) {
    this.#options = options;
    this.index = options.index;
  }

  /** What it said when it began to serve; undefined while it does not. */
  get serving(): Ready | undefined {
    return this.#isReady && !this.hasEnded ? this.#ready : undefined;
  }

  get hasEnded(): boolean {
    return this.#process === undefined || this.#process.hasExited;
  }

  /** For messages. */
  get title(): string {
    return this.#ready?.name ?? `agent ${this.index}`;
  }

  isFrom(agentId: string): boolean {
    return agentId !== '' && this.#ready?.agentId === agentId;
  }

  /** Resolves when it serves. @throws DemoError when it ends before */
  async start(peers: readonly string[]): Promise<void> {
    const { command, stateDir, grpcAddr, httpAddr, controlPath, logFile, stop, onEnded, onChanged } = this.#options;
    const args = [
      ...['--state-dir', stateDir, '--grpc-addr', grpcAddr, '--http-addr', httpAddr],
      ...['--demo-control', controlPath, ...peers.flatMap((peer) => ['--peer', peer])],
    ];
    const process = new AgentProcess({ command, args, logFile, stop });
    this.#process = process;
    this.#isReady = false;
    onChanged();
    void process.exited.then((how) => {
      if (this.#process !== process) return;
      this.resume();
      if (this.#isReady) onEnded(this.view(''), how);
      onChanged();
    });
    const ready = await process.ready;
    if (this.#process !== process) return;
    this.#ready = ready;
    this.#isReady = true;
    onChanged();
  }

  /** It stops where it is, with all that others wait for. @throws DemoError */
  pause(): void {
    if (this.#process === undefined) return;
    this.#pause ??= new Pause(this.#process, this.title);
    this.#options.onChanged();
  }

  resume(): void {
    if (this.#pause === undefined) return;
    this.#pause.end();
    this.#pause = undefined;
    this.#options.onChanged();
  }

  async kill(): Promise<void> {
    this.#process?.signal('SIGKILL');
    await this.#process?.exited;
  }

  async stop(): Promise<void> {
    await this.#process?.stop();
  }

  /** @param from the agent that asks */
  view(from: string): DemoAgent {
    const { grpcAddr, httpAddr } = this.#options;
    return {
      index: this.index,
      name: this.#ready?.name ?? '',
      agentId: this.#ready?.agentId ?? '',
      pid: this.#process?.pid ?? 0,
      state: this.#state,
      isSelf: this.isFrom(from),
      grpcAddress: this.#ready?.grpcAddress ?? grpcAddr,
      httpAddress: this.#ready?.httpAddress ?? httpAddr,
    };
  }

  get #state(): DemoAgent['state'] {
    if (this.hasEnded) return 'ended';
    if (this.#pause !== undefined) return 'paused';
    return this.#isReady ? 'running' : 'starting';
  }
}
