import type { Setting } from '../contract/index.ts';
import type { AgentOptions } from './agent-options.ts';
import { DEFAULTS, hostConfig, storageConfig } from './config.ts';
import type { HostConfig } from './host/host-config.ts';
import { LIMITS } from './machine/limits.ts';
import { CONFIGURED, FORMAT_LIMITS, type Unit } from './settings-list.ts';
import type { StorageConfig } from './storage/index.ts';

export interface SettingsViewOptions {
  readonly options: AgentOptions;
  /** In effect. */
  readonly host: HostConfig;
  readonly storage: StorageConfig;
  readonly stateDir: string;
  readonly grpcAddress: string;
  readonly httpAddress: string;
  /** Now: it can be switched while the agent runs. */
  readonly isReadOnly: boolean;
}

/** The settings in effect, as people write them; all of them but one were given at start. */
export function settingsView(view: SettingsViewOptions): Setting[] {
  return [...addresses(view), ...configured(view), ...security(view), ...formatLimits()];
}

function addresses({ options, stateDir, grpcAddress, httpAddress }: SettingsViewOptions): Setting[] {
  const { grpcAddr, httpAddr, advertiseGrpcAddr, peers = [], labels = {} } = options;
  const setting = (name: string, value: string, isDefault: boolean, help: string, flag: string): Setting => ({
    group: 'addresses',
    name,
    value,
    isDefault,
    help,
    flag,
  });
  const given = Object.entries(labels).map(([label, value]) => `${label}=${value}`);
  const dialled = advertiseGrpcAddr === undefined ? 'the address listened on' : advertiseGrpcAddr;
  return [
    setting('gRPC', grpcAddress, grpcAddr === undefined, 'Where programs and other agents reach it.', '--grpc-addr'),
    setting('HTTP', httpAddress, httpAddr === undefined, 'Where dashboard and REST API are served.', '--http-addr'),
    setting(
      'Advertised gRPC',
      dialled,
      advertiseGrpcAddr === undefined,
      'What other agents dial: behind a port forwarder it differs from where it listens.',
      '--advertise-grpc-addr',
    ),
    setting('Peers', peers.join(', ') || 'none', peers.length === 0, 'Agents it joins a cell through.', '--peer'),
    setting('Labels', given.join(', ') || 'none', given.length === 0, 'Shown with the participant.', '--label'),
    {
      group: 'storage',
      name: 'State directory',
      value: stateDir,
      isDefault: false,
      help: 'What the agent must not forget; never copy or restore it.',
      flag: '--state-dir',
    },
  ];
}

function configured({ host, storage }: SettingsViewOptions): Setting[] {
  const inEffect = valuesOf(host, storage);
  const byDefault = valuesOf(hostConfig(host.version), storageConfig());
  return CONFIGURED.map(({ group, key, name, unit, help, flag = '' }) => ({
    group,
    name,
    value: written(inEffect[key] as number | string, unit),
    isDefault: inEffect[key] === byDefault[key],
    help,
    flag,
  }));
}

function valuesOf(host: HostConfig, storage: StorageConfig): Readonly<Record<string, unknown>> {
  return { ...DEFAULTS, ...host, ...host.consensus, ...storage };
}

function security({ options: { insecure = false }, isReadOnly }: SettingsViewOptions): Setting[] {
  return [
    {
      group: 'security',
      name: 'Other machines',
      value: insecure ? 'may reach this agent' : 'cannot reach this agent',
      isDefault: !insecure,
      help: 'Nothing is encrypted and nobody is asked who they are, so only loopback addresses are taken by default.',
      flag: '--insecure',
    },
    {
      group: 'security',
      name: 'Read-only mode',
      value: isReadOnly ? 'on: operators may only look' : 'off: operators may change things',
      isDefault: !isReadOnly,
      help: 'Whether window, dashboard and REST may change anything; programs over gRPC write as ever. It can be switched while the agent runs; with the flag it stays on.',
      flag: '--read-only',
    },
  ];
}

function formatLimits(): Setting[] {
  return FORMAT_LIMITS.map(({ key, name, unit, help }) => ({
    group: 'limits',
    name,
    value: written(LIMITS[key], unit),
    isDefault: true,
    help: `${help} The same on every agent.`,
    flag: '',
  }));
}

const TIMES: readonly (readonly [number, string])[] = [
  [86_400_000, 'days'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1_000, 's'],
];
const SIZES: readonly (readonly [number, string])[] = [
  [1024 ** 3, 'GiB'],
  [1024 ** 2, 'MiB'],
  [1024, 'KiB'],
];

/** Exact: in the largest unit that needs at most one decimal. */
function written(value: number | string, unit: Unit): string {
  if (typeof value === 'string') return value;
  switch (unit) {
    case 'ms':
      return inUnits(value, TIMES, 'ms');
    case 'bytes':
      return inUnits(value, SIZES, 'bytes');
    case 'pages':
      return `${value} pages of 4 KiB`;
    case 'count':
    case 'word':
      return `${value}`;
  }
}

function inUnits(value: number, units: readonly (readonly [number, string])[], least: string): string {
  for (const [size, name] of units) {
    if (value >= size && Number.isInteger((value / size) * 10)) return `${value / size} ${name}`;
  }
  return `${value} ${least}`;
}
