import type { AgentOptions } from './agent-options.ts';
import type { AgentFacts, ApiPorts } from './api/index.ts';
import { GrpcParticipantLogs } from './api/operator/participant-logs.ts';
import type { DemoPort, OperatorPorts } from './api/operator/ports.ts';
import { readOnlySwitch } from './api/operator/read-only-switch.ts';
import { hostConfig, storageConfig } from './config.ts';
import { createJournalView } from './journal-view.ts';
import { ADDRESSES } from './machine/system-records.ts';
import type { Observability } from './observe/index.ts';
import type { Peers } from './peer/index.ts';
import { settingsView } from './settings-view.ts';
import type { Storage } from './storage/index.ts';
import { VERSION } from './version.ts';

export interface OperatorParts {
  readonly options: AgentOptions;
  readonly api: ApiPorts;
  readonly observability: Observability;
  readonly storage: Storage;
  /** Undefined until this agent listens. */
  readonly peers: () => Peers | undefined;
  readonly demo: DemoPort | undefined;
  readonly ending: AbortSignal;
}

/** What operators reach of one agent. */
export function operatorPorts({
  options,
  api,
  observability,
  storage,
  peers,
  demo,
  ending,
}: OperatorParts): OperatorPorts {
  const { cell, agent } = api;
  const readOnly = readOnlySwitch(options.readOnly ?? false);
  return {
    api,
    observe: observability,
    journal: createJournalView({
      disk: storage.logDisk,
      status: () => cell.status(),
      nameOf: (agentId) => ADDRESSES.read(cell.state, agentId)?.name || agentId,
    }),
    logs: new GrpcParticipantLogs(cell),
    // Asked for each time: another store takes its place when a snapshot is installed.
    listings: {
      segments: (...query) => storage.stateStore.segments(...query),
      headers: (...query) => storage.stateStore.headers(...query),
      deleted: (...query) => storage.stateStore.deleted(...query),
    },
    links: () =>
      (peers()?.status() ?? []).map(({ agentId, isUp, bufferedBytes }) => ({
        agentId,
        connected: isUp,
        bufferedBytes,
      })),
    settings: () =>
      settingsView({
        options,
        host: effectiveHostConfig(options),
        storage: storageConfig(options.storage),
        stateDir: agent.stateDir,
        grpcAddress: agent.grpcAddress,
        httpAddress: agent.httpAddress,
        isReadOnly: readOnly.isOn,
      }),
    isInsecure: options.insecure ?? false,
    demo,
    readOnly,
    ending,
  };
}

/** What the flags and settings of an agent come to. */
export function effectiveHostConfig(options: AgentOptions): ReturnType<typeof hostConfig> {
  const { evictAfterMs, autopilot: autopilotMode, votersMax, priority, host, consensus } = options;
  const overrides = { ...definedOf({ evictAfterMs, autopilotMode, votersMax }), ...host };
  return hostConfig(VERSION, overrides, { ...definedOf({ priority }), ...consensus });
}

export interface FactSources {
  readonly name: string;
  readonly grpcAddress: string;
  readonly httpAddress: string;
}

/** Read at every call. */
export function agentFacts(agent: FactSources, storage: Storage, startedMs: number): AgentFacts {
  return {
    get name() {
      return agent.name;
    },
    version: VERSION,
    get grpcAddress() {
      return agent.grpcAddress;
    },
    get httpAddress() {
      return agent.httpAddress;
    },
    stateDir: storage.directory,
    get stateSizeBytes() {
      const { stateBytes, stateWalBytes } = storage.sizes();
      return stateBytes + stateWalBytes;
    },
    get journalSizeBytes() {
      const { logBytes, logWalBytes } = storage.sizes();
      return logBytes + logWalBytes;
    },
    get uptimeMs() {
      return performance.now() - startedMs;
    },
  };
}

function definedOf<T extends object>(values: T): Partial<{ [K in keyof T]: NonNullable<T[K]> }> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as never;
}
