import { type Agent, AgentError, type AgentOptions, type AppPort, CellError } from '../agent/index.ts';
import type { AppState } from '../contract/index.ts';
import type { Beginning } from './beginning.ts';
import { readLink } from './link.ts';

/** Handing over takes one round among the voters; without a majority it cannot be done, and is not waited for. */
const CLOSE_MS = 10_000;

type Choice = Parameters<AppPort['begin']>[0];

/** The other agents of a demo cell, in processes of their own. */
export interface OtherAgents {
  /** Whether this state directory was the first agent of a demo cell before. */
  readonly exists: boolean;
  /** Where the agent of this app asks for changes of the others. */
  readonly controlPath: string;
  start(first: Agent): Promise<void>;
  close(): Promise<void>;
}

export interface ApplicationPorts {
  createAgent(options: AgentOptions): Promise<Agent>;
  readonly demo: OtherAgents;
  openExternal(url: string): Promise<void>;
  readonly beginning: Beginning;
}

/** The app around one agent: what phase it is in, and what the window may ask of it. */
export class Application implements AppPort {
  readonly #options: AgentOptions;
  readonly #ports: ApplicationPorts;
  readonly #listeners = new Set<(state: AppState) => void>();
  #state: AppState;
  #agent: Agent | undefined;
  #isLooking = false;
  #starting: Promise<void> | undefined;
  #closing: Promise<void> | undefined;

  constructor(options: AgentOptions, version: string, ports: ApplicationPorts) {
    this.#options = options;
    this.#ports = ports;
    this.#state = {
      host: 'app',
      phase: 'choosing',
      message: choosingMessage(ports.beginning.unfinishedPeers),
      stateDir: options.stateDir,
      version,
      link: null,
    };
  }

  /** Undefined until it runs, and after it had to stop. */
  get agent(): Agent | undefined {
    return this.#agent;
  }

  state(): AppState {
    return this.#state;
  }

  onState(listener: (state: AppState) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** It has peers to find first, which may take as long as they are away. */
  get isLooking(): boolean {
    return this.#isLooking;
  }

  /**
   * Starts the agent, unless the person has yet to say what it should be. Resolves when it runs or has failed.
   *
   * @param isDemo an empty state directory begins a demo cell, without a question
   */
  async start({ isDemo = false }: { isDemo?: boolean } = {}): Promise<void> {
    const { beginning, demo } = this.#ports;
    if ((this.#options.peers ?? []).length > 0) await this.#run(this.#options, false);
    else if (beginning.isOver) await this.#run(this.#options, demo.exists);
    else if (isDemo) await this.begin({ choice: 'demo' });
  }

  async begin(choice: Choice): Promise<void> {
    if (this.#state.phase === 'failed') {
      throw new CellError('CHANGE_REFUSED', 'the agent of this app has stopped: quit and start the app again');
    }
    if (this.#state.phase !== 'choosing') {
      throw new CellError('CHANGE_REFUSED', 'this app runs an agent already: start another with --state-dir DIR');
    }
    if (choice.choice === 'join') {
      this.#ports.beginning.joining(choice.peers);
      // It may take as long as the peers are away; the window follows the phase.
      void this.#run({ ...this.#options, peers: choice.peers }, false);
      return;
    }
    this.#ports.beginning.finished();
    await this.#run(this.#options, choice.choice === 'demo');
  }

  /** A link that somebody made: shown if it is one of ours, dropped otherwise. */
  showLink(given: unknown): void {
    const link = readLink(given);
    if (link !== undefined) this.#change({ link });
  }

  dismissLink(): void {
    this.#change({ link: null });
  }

  async openDashboard(url: string): Promise<void> {
    const { protocol, username, password } = new URL(url);
    if (protocol !== 'http:' || username !== '' || password !== '') {
      throw new CellError('INVALID_ARGUMENT', `${url} is not the address of a dashboard`);
    }
    await this.#ports.openExternal(url);
  }

  /** Hands over the leadership and ends, within a bounded time. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  #run(options: AgentOptions, isDemo: boolean): Promise<void> {
    this.#starting = this.#start(options, isDemo);
    return this.#starting;
  }

  async #start(options: AgentOptions, isDemo: boolean): Promise<void> {
    const peers = options.peers ?? [];
    this.#isLooking = peers.length > 0;
    const what = peers.length > 0 ? `Looking for the cell of ${peers.join(', ')}` : 'Starting the agent';
    this.#change({ phase: 'starting', message: `${what}.` });
    try {
      const { createAgent, demo } = this.#ports;
      const ofDemo = isDemo ? { demoControl: demo.controlPath } : {};
      const agent = await createAgent({ ...options, ...ofDemo, onFatal: (text) => this.#fail(text) });
      this.#ports.beginning.finished();
      this.#isLooking = false;
      // It had to stop before it was known here.
      if (this.#state.phase === 'failed') return;
      this.#agent = agent;
      void agent.closed.then((reason) => this.#ended(reason));
      // The person quit meanwhile.
      if (this.#closing !== undefined) return;
      if (isDemo) await this.#startOthers(agent);
      if (this.#state.phase === 'starting') this.#change({ phase: 'running', message: '' });
    } catch (error) {
      if (!(error instanceof AgentError)) process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
      this.#fail(error instanceof Error ? error.message : String(error));
    }
  }

  /** A demo cell whose agents cannot be asked for is none: its first agent does not go on unseen. */
  async #startOthers(first: Agent): Promise<void> {
    try {
      await this.#ports.demo.start(first);
    } catch (error) {
      await first.close({ handOver: true });
      throw error;
    }
  }

  /** The agent must not be touched again: what it has promised is on its disk. */
  #fail(message: string): void {
    this.#isLooking = false;
    this.#agent = undefined;
    this.#change({ phase: 'failed', message });
  }

  #ended(reason: string): void {
    if (this.#closing !== undefined) return;
    this.#fail(`The agent has ${reason}. Quit and start the app again to go on with it.`);
  }

  async #close(): Promise<void> {
    const bounded = Promise.withResolvers<void>();
    const timer = setTimeout(() => {
      process.stderr.write('synod: ended without handing over: the other agents did not answer in time\n');
      bounded.resolve();
    }, CLOSE_MS);
    // The others of a demo end after it: so there is somebody to hand over to.
    const ended = (async () => {
      // What is about to run ends like what runs; nobody waits for peers that are away.
      if (!this.#isLooking) await this.#starting;
      await this.#agent?.close({ handOver: true });
      await this.#ports.demo.close();
    })();
    await Promise.race([ended, bounded.promise]);
    clearTimeout(timer);
  }

  #change(change: Partial<AppState>): void {
    this.#state = { ...this.#state, ...change };
    for (const listener of this.#listeners) listener(this.#state);
  }
}

function choosingMessage(unfinishedPeers: readonly string[]): string {
  if (unfinishedPeers.length === 0) return '';
  return `Joining the cell of ${unfinishedPeers.join(', ')} was not finished.`;
}
