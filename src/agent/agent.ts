import { randomBytes, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { Server } from '@grpc/grpc-js';
import { AgentError } from './agent-error.ts';
import type { Agent, AgentOptions } from './agent-options.ts';
import {
  type Api,
  type ApiPorts,
  addObserveService,
  createApi,
  createOperatorRouter,
  type OperatorPorts,
  operatorRoutes,
  SERVER_OPTIONS,
  type SnapshotFile,
} from './api/index.ts';
import { DEFAULTS, storageConfig } from './config.ts';
import { encodeConfiguration } from './consensus/configuration.ts';
import { type AgentOfDemo, joinDemo } from './demo-port.ts';
import { FailStop } from './fatal.ts';
import { Cell } from './host/cell.ts';
import { GroupHost } from './host/group-host.ts';
import { checkAddresses, type Listening, listen, parsePeers } from './listening.ts';
import { defaultLogger } from './logger.ts';
import { ADDRESSES } from './machine/system-records.ts';
import { createObservability } from './observe/index.ts';
import { agentFacts, effectiveHostConfig, operatorPorts } from './operator-ports.ts';
import { autopilot } from './peer/autopilot.ts';
import { createPeers, JoinRefused, MESSAGE_LIMITS, type Peers } from './peer/index.ts';
import { peerObserver } from './peer-observer.ts';
import { productionPorts, SnapshotInstaller } from './production-ports.ts';
import { StartingCell } from './starting-cell.ts';
import { openStorage, type Storage, StorageFault } from './storage/index.ts';
import { VERSION } from './version.ts';

/** How long a leader that exits in good order waits for its successor. */
const HAND_OVER_MS = 4_000;
/** So long it may take to tell the cell that this agent's own session is over. */
const END_SESSION_MS = 500;
/** Answers that are on their way get so long to leave before connections are cut. */
const DRAIN_MS = 500;

/**
 * Composes one agent: opens its state directory, listens, founds, resumes or joins a cell, and serves.
 *
 * @throws AgentError, whose message is one line that says what to do
 */
export async function createAgent(options: AgentOptions): Promise<Agent> {
  try {
    return await RunningAgent.start(options);
  } catch (error) {
    if (error instanceof StorageFault || error instanceof JoinRefused) throw new AgentError(error.message, error);
    throw error;
  }
}

class RunningAgent implements Agent {
  readonly agentId: string;
  readonly version = VERSION;
  readonly stateDir: string;
  readonly cell: StartingCell;
  readonly observability: ReturnType<typeof createObservability>;
  readonly operator: OperatorPorts;
  readonly closed: Promise<string>;
  readonly #options: AgentOptions;
  readonly #logger: NonNullable<AgentOptions['logger']>;
  readonly #failStop: FailStop;
  readonly #storage: Storage;
  readonly #demo: AgentOfDemo | undefined;
  readonly #installer: SnapshotInstaller;
  readonly #server: Server;
  readonly #api: Api;
  readonly #bootNonce = randomBytes(6).toString('hex');
  readonly #startedMs = performance.now();
  #listening: Listening | undefined;
  #peers: Peers | undefined;
  #host: GroupHost | undefined;
  #closing: Promise<void> | undefined;
  #resolveClosed: (reason: string) => void = () => {};
  #endObservers: () => void = () => {};
  readonly #ending = new AbortController();

  private constructor(options: AgentOptions) {
    this.#options = options;
    this.#logger = options.logger ?? defaultLogger();
    this.#failStop = new FailStop(this.#logger, options.onFatal);
    this.#failStop.silence = () => this.#silence();
    this.closed = new Promise((resolve) => {
      this.#resolveClosed = resolve;
    });
    const fatal = (error: unknown): void => this.#failStop.fail(error);
    this.#installer = new SnapshotInstaller({ warn: (text) => this.#logger.warn({}, text), fatal });
    this.#storage = openStorage({
      directory: options.stateDir,
      config: storageConfig(options.storage),
      onFailure: fatal,
      run: this.#failStop.run,
      onInstallStep: (step) => {
        if (step === 'switched') this.#installer.switched();
      },
    });
    this.stateDir = this.#storage.directory;
    this.agentId = this.#storage.identity.agentId;
    this.cell = new StartingCell(this.agentId, 'this agent is looking for the cell that it is to join');
    this.observability = createObservability({
      logger: this.#logger,
      bootNonce: this.#bootNonce,
      backlogs: this.#backlogs(),
    });
    this.#demo = joinDemo({ ...options, agentId: this.agentId, logger: this.#logger, ending: this.#ending.signal });
    this.#server = new Server({ ...MESSAGE_LIMITS, ...SERVER_OPTIONS });
    this.operator = operatorPorts({
      options,
      api: this.#apiPorts(),
      observability: this.observability,
      storage: this.#storage,
      peers: () => this.#peers,
      demo: this.#demo,
      ending: this.#ending.signal,
    });
    this.#api = this.#makeApi();
  }

  static async start(options: AgentOptions): Promise<Agent> {
    checkAddresses(options);
    const agent = new RunningAgent(options);
    try {
      await agent.#start();
      return agent;
    } catch (error) {
      await agent.close();
      throw error;
    }
  }

  get cellId(): string {
    return this.#storage.identity.cellId;
  }

  get name(): string {
    return ADDRESSES.read(this.cell.state, this.agentId)?.name ?? '';
  }

  get grpcAddress(): string {
    return this.#listening?.grpcAddress ?? '';
  }

  get httpAddress(): string {
    return this.#listening?.httpAddress ?? '';
  }

  get peers(): Peers {
    return this.#peers as Peers;
  }

  close({ handOver = false }: { handOver?: boolean } = {}): Promise<void> {
    this.#closing ??= this.#close(handOver);
    return this.#closing;
  }

  async #start(): Promise<void> {
    const { peers: bootstrap = [] } = this.#options;
    const { identity } = this.#storage;
    this.#api.addTo(this.#server);
    const { rpcLog } = this.observability;
    this.#endObservers = addObserveService(this.#server, { cell: this.cell, rpcLog, onBug: this.#onBug });
    this.#listening = await listen({
      server: this.#server,
      api: this.#api,
      grpcAddr: this.#options.grpcAddr,
      httpAddr: this.#options.httpAddr,
      advertiseGrpcAddr: this.#options.advertiseGrpcAddr,
      lastGrpc: identity.grpcListened,
      lastHttp: identity.httpListened,
      isInsecure: this.#options.insecure ?? false,
      logger: this.#logger,
    });
    const { grpcListened, httpListened } = this.#listening;
    this.#peers = this.#makePeers(this.#listening);
    this.#peers.addTo(this.#server);
    if (!isDeepStrictEqual([grpcListened, httpListened], [identity.grpcListened, identity.httpListened])) {
      this.#storage.updateIdentity({ grpcListened, httpListened });
    }
    if (identity.cellId === '') {
      if (bootstrap.length > 0) this.#storage.joinCell((await this.#peers.join()).cellId);
      else this.#found();
    }
    this.#beginHost(this.#peers);
  }

  /** Slot 1 of a new cell, with this agent as its only voter. */
  #found(): void {
    const cellId = randomUUID();
    const participants = [{ agentId: this.agentId, role: 'voter' as const }];
    this.#storage.foundCell(cellId, encodeConfiguration({ epoch: 1, participants }), Date.now());
    this.#logger.info({ cellId }, 'founded a cell');
  }

  #beginHost(peers: Peers): void {
    const { cellId } = this;
    const { run, guard } = this.#failStop;
    this.#installer.connect(this.#storage, peers);
    this.#host = new GroupHost({
      agentId: this.agentId,
      cellId,
      group: 0,
      disk: this.#storage.logDisk,
      store: this.#storage.stateStore,
      base: this.#storage.base,
      ports: productionPorts({ run, peers, snapshots: this.#installer }),
      config: effectiveHostConfig(this.#options),
      autopilot,
      observer: this.observability.host,
      bootNonce: this.#bootNonce,
    });
    const groupHost = this.#host;
    const cell = new Cell(groupHost, guard);
    this.cell.begin(cell);
    peers.start(cellId, cell, (message) => run(() => groupHost.receive(message)));
    groupHost.start();
    this.observability.start();
  }

  /** Sizes of queues and buffers, asked once a second; before there is a host nothing waits. */
  #backlogs(): Readonly<Record<string, () => number>> {
    return {
      linkBufferBytes: () => (this.#peers?.status() ?? []).reduce((sum, link) => sum + link.bufferedBytes, 0),
      writesUnanswered: () => this.#host?.backlogs.writes ?? 0,
      proposalsQueued: () => this.#host?.backlogs.proposals ?? 0,
      watchers: () => this.#host?.backlogs.watchers ?? 0,
    };
  }

  #makePeers(listening: Listening): Peers {
    const { promised, end } = this.#storage.durable;
    return createPeers({
      agentId: this.agentId,
      bootId: this.#bootNonce,
      version: VERSION,
      grpcAddress: listening.grpcAddress,
      httpAddress: listening.httpAddress,
      labels: this.#options.labels ?? {},
      found: { promised, journalEnd: end },
      bootstrap: parsePeers(this.#options.peers ?? []),
      saveSnapshot: () => this.#saveSnapshot(),
      log: {
        info: (text) => this.#logger.info({}, text),
        warn: (text) => this.#logger.warn({}, text),
      },
      observer: peerObserver(this.observability),
      onFatal: (text) => this.#failStop.fail(text),
      policy: this.#demo?.policy ?? this.#options.linkPolicy,
    });
  }

  readonly #onBug = (error: Error, where: string): void => {
    this.#logger.error({ where, error: error.stack }, 'a call failed unexpectedly');
  };

  #apiPorts(): ApiPorts {
    return {
      cell: this.cell,
      agent: agentFacts(this, this.#storage, this.#startedMs),
      snapshots: { open: () => this.#openSnapshot() },
      links: { roundTripMs: (agentId) => this.#peers?.roundTripMs(agentId) },
      shutdown: (reason) => {
        this.#logger.info({ reason }, 'asked to shut down');
        void this.close({ handOver: true });
      },
      observer: this.observability.calls,
      onBug: this.#onBug,
    };
  }

  #makeApi(): Api {
    const router = createOperatorRouter(() => this.operator, undefined);
    const routes = operatorRoutes({ router, pageDir: this.#options.pageDir, version: VERSION });
    return createApi({ ...this.operator.api, metrics: this.observability.metrics, routes });
  }

  /** What is applied reaches the file first: a snapshot is of the file. */
  #saveSnapshot(): ReturnType<Storage['saveSnapshot']> {
    this.#failStop.guard(() => this.#host?.flush());
    return this.#storage.saveSnapshot();
  }

  async #openSnapshot(): Promise<SnapshotFile> {
    const saved = await this.#saveSnapshot();
    const { cellId, slot, sizeBytes, checksum, path } = saved;
    const chunks = createReadStream(path, { highWaterMark: DEFAULTS.snapshotChunkBytes });
    return {
      cellId,
      slot,
      sizeBytes,
      checksum,
      chunks,
      close: async () => {
        chunks.destroy();
        saved.release();
      },
    };
  }

  async #close(handOver: boolean): Promise<void> {
    const host = this.#host;
    this.#api.drain('this agent is shutting down');
    this.#endObservers();
    if (handOver && host !== undefined) {
      await this.#finish((done) => host.leave(HAND_OVER_MS, done));
      await this.#finish((done) => host.endSession(END_SESSION_MS, done));
    }
    this.#failStop.run(() => host?.flush());
    this.#silence();
    await drained(this.#server);
    this.#listening?.close();
    await this.#api.stop();
    await this.observability.stop();
    await this.#storage.close().then(() => this.#failStop.end());
    this.#logger.info({}, 'ended');
    this.#resolveClosed('ended in good order');
  }

  /** Waits for a step of the host towards its end; after a failure there is nothing to wait for. */
  #finish(step: (done: () => void) => void): Promise<void> {
    return new Promise((resolve) => {
      this.#failStop.run(() => step(resolve));
      if (this.#failStop.hasFailed) resolve();
    });
  }

  #silence(): void {
    this.#ending.abort();
    this.#host?.stop();
    this.#peers?.stop();
  }
}

function drained(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      server.forceShutdown();
      resolve();
    }, DRAIN_MS);
    server.tryShutdown(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}
