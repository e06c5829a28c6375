import { join } from 'node:path';
import { connect, type Status, type SynodClient } from '../../src/client/index.ts';
import type { Ready } from '../../src/command-line/run-agent.ts';
import { type ProcessOutcome, SynodProcess } from '../support/synod-process.ts';
import { freePort } from './ports.ts';

/** Also on a machine that is busy with others a cell that has a majority answers within this. */
const PATIENCE_MS = 20_000;

export interface AgentPlace {
  readonly stateDir: string;
  readonly grpcPort: number;
  readonly httpPort: number;
  /** What the others dial, when a proxy stands in between. */
  readonly advertised?: string;
  /** A program that runs it, see `SynodProcess`. */
  readonly under?: readonly string[];
  /** Instead of the command line. */
  readonly entry?: string;
}

/** One agent, in a process of its own after every start, always in the same place. */
export class AgentUnderTest {
  readonly place: AgentPlace;
  readonly #processes: SynodProcess[] = [];
  #ready: Ready | undefined;
  #client: SynodClient | undefined;
  #isPaused = false;

  constructor(place: AgentPlace) {
    this.place = place;
  }

  static async at(directory: string, name: string, given: Partial<AgentPlace> = {}): Promise<AgentUnderTest> {
    return new AgentUnderTest({
      stateDir: join(directory, name),
      grpcPort: await freePort(),
      httpPort: await freePort(),
      ...given,
    });
  }

  /** Where clients ask it. */
  get address(): string {
    return `127.0.0.1:${this.place.grpcPort}`;
  }

  get ready(): Ready {
    if (this.#ready === undefined) throw new Error('this agent was never ready');
    return this.#ready;
  }

  /** It was ready once: its ids are known. */
  get isKnown(): boolean {
    return this.#ready !== undefined;
  }

  get name(): string {
    return this.ready.name;
  }

  get process(): SynodProcess {
    const process = this.#processes.at(-1);
    if (process === undefined) throw new Error('this agent was never started');
    return process;
  }

  /** Its process exists and is not stopped. */
  get isUp(): boolean {
    const child = this.#processes.at(-1)?.child;
    return child !== undefined && child.exitCode === null && child.signalCode === null && !this.#isPaused;
  }

  /** Spawns it, without waiting for anything. It ends with this process, however that ends. */
  launch(args: readonly string[] = []): SynodProcess {
    const { stateDir, grpcPort, httpPort, advertised, under, entry } = this.place;
    const all = [
      ...['agent', '--state-dir', stateDir, '--until-stdin-ends', '-w', 'json'],
      ...['--grpc-addr', `127.0.0.1:${grpcPort}`, '--http-addr', `127.0.0.1:${httpPort}`],
      ...(advertised === undefined ? [] : ['--advertise-grpc-addr', advertised]),
      ...args,
    ];
    const process = new SynodProcess(all, {}, under, entry);
    this.#processes.push(process);
    this.#isPaused = false;
    return process;
  }

  /** Resolves when it serves. */
  async start(args: readonly string[] = []): Promise<Ready> {
    this.#ready = JSON.parse(await this.launch(args).firstLine()) as Ready;
    return this.#ready;
  }

  /** kill -9 */
  async kill(): Promise<void> {
    await this.process.stop();
  }

  pause(): void {
    this.process.child.kill('SIGSTOP');
    this.#isPaused = true;
  }

  resume(): void {
    this.process.child.kill('SIGCONT');
    this.#isPaused = false;
  }

  /** Ends it in good order. */
  async end(): Promise<ProcessOutcome> {
    this.process.child.kill('SIGTERM');
    return this.process.ended;
  }

  /** A client that asks this agent and no other. */
  get client(): SynodClient {
    this.#client ??= connect({ endpoints: [this.address], timeoutMs: PATIENCE_MS });
    return this.#client;
  }

  /** Undefined when it does not answer. */
  status(): Promise<Status | undefined> {
    return this.client.status({ timeoutMs: 2_000 }).catch(() => undefined);
  }

  /** For the end of a test: nothing of it is left. */
  async dispose(): Promise<void> {
    await Promise.all(this.#processes.map((process) => process.stop()));
    await this.#client?.close();
  }

  /** The end of what it said, for the message of a failure. */
  get lastWords(): string {
    if (this.#processes.length === 0) return '';
    const { child, stderr } = this.process;
    const how = this.isUp ? 'up' : this.#isPaused ? 'stopped' : `ended with ${child.exitCode ?? child.signalCode}`;
    const lines = stderr.trimEnd().split('\n').slice(-25).join('\n  ');
    return `${this.#ready?.name ?? this.place.stateDir} (${how}):\n  ${lines}`;
  }
}
