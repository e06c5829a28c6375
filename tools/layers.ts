/**
 * Who may import whom (docs/architecture.md). Anything unlisted is forbidden. `types` may be imported as types only;
 * a file belongs to the first layer whose path it begins with.
 */
export interface Layer {
  readonly name: string;
  /** A folder, or one file, below the repository. */
  readonly path: string;
  /** Other layers. Every layer may import itself. */
  readonly imports: readonly string[];
  readonly types?: readonly string[];
  /** Single files of those other layers that are an interface in themselves: pure codecs, limits, the error they share. */
  readonly interfaces?: readonly string[];
  /** Packages and `node:` modules; 'node:*' is all of Node, '*' is everything. */
  readonly packages: readonly string[];
  /** Names that must not occur: see `PURE` and `CLOCKLESS`. */
  readonly forbidden?: readonly string[];
}

/** Time, randomness and ids come in as inputs, and nothing waits: else a run cannot be repeated exactly. */
const CLOCKLESS = [
  'Date',
  'Math.random',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'queueMicrotask',
  'performance',
  'process',
  'crypto',
  'globalThis',
] as const;
const PURE = [...CLOCKLESS, 'async', 'await', 'Promise', 'Buffer'] as const;

export const LAYERS: readonly Layer[] = [
  { name: 'gen', path: 'src/gen/', imports: [], packages: ['*'] },
  { name: 'contract', path: 'src/contract/', imports: [], packages: ['zod', '@orpc/contract'] },
  { name: 'config', path: 'src/agent/config.ts', imports: [], types: ['consensus', 'host', 'storage'], packages: [] },
  { name: 'consensus', path: 'src/agent/consensus/', imports: [], packages: [], forbidden: PURE },
  { name: 'machine', path: 'src/agent/machine/', imports: [], packages: [], forbidden: PURE },
  {
    name: 'host',
    path: 'src/agent/host/',
    imports: ['consensus', 'machine', 'gen', 'config'],
    types: ['storage'],
    packages: [],
    forbidden: CLOCKLESS,
  },
  {
    name: 'storage',
    path: 'src/agent/storage/',
    imports: ['gen', 'config'],
    types: ['consensus', 'machine'],
    interfaces: ['src/agent/machine/sorted-keys.ts'],
    packages: ['better-sqlite3', 'node:*'],
  },
  {
    name: 'peer',
    path: 'src/agent/peer/',
    imports: ['gen', 'config'],
    types: ['consensus', 'machine', 'host'],
    interfaces: ['src/agent/host/cell-port.ts', 'src/agent/host/codec.ts', 'src/agent/machine/system-records.ts'],
    packages: ['@grpc/grpc-js', '@bufbuild/protobuf', 'node:*'],
  },
  {
    name: 'observe',
    path: 'src/agent/observe/',
    imports: ['gen', 'config'],
    types: ['consensus', 'machine', 'host'],
    packages: ['prom-client', 'pino', 'node:*'],
  },
  {
    name: 'api',
    path: 'src/agent/api/',
    imports: ['contract', 'gen', 'config'],
    types: ['consensus', 'machine', 'host', 'observe'],
    interfaces: [
      'src/agent/host/cell-port.ts',
      'src/agent/host/configuration-change.ts',
      'src/agent/machine/coordination-records.ts',
      'src/agent/machine/keys.ts',
      'src/agent/machine/limits.ts',
      'src/agent/machine/lock-paths.ts',
      'src/agent/machine/once-types.ts',
      'src/agent/machine/plain-index.ts',
      'src/agent/machine/proposal-types.ts',
      'src/agent/machine/queue-types.ts',
      'src/agent/machine/raw-records.ts',
      'src/agent/machine/raisable-limits.ts',
      'src/agent/machine/timer-records.ts',
      'src/agent/machine/system-records.ts',
      'src/agent/machine/validate.ts',
      'src/agent/observe/message-filter.ts',
    ],
    packages: [
      '@grpc/grpc-js',
      '@grpc/reflection',
      '@grpc/proto-loader',
      'grpc-health-check',
      '@bufbuild/protobuf',
      '@orpc/server',
      '@orpc/openapi',
      '@orpc/zod',
      'zod',
      'node:*',
    ],
  },
  {
    name: 'agent',
    path: 'src/agent/',
    imports: ['config', 'consensus', 'machine', 'host', 'storage', 'peer', 'observe', 'api', 'gen', 'contract', 'demo'],
    packages: ['*'],
  },
  {
    name: 'demo',
    path: 'src/demo/',
    imports: [],
    types: ['contract', 'command-line'],
    interfaces: ['src/contract/demo-faults.ts'],
    packages: ['node:*'],
  },
  {
    name: 'simulation',
    path: 'src/simulation/',
    imports: ['consensus', 'machine', 'host', 'config', 'gen'],
    types: ['storage'],
    packages: [],
  },
  { name: 'client', path: 'src/client/', imports: ['gen', 'contract'], packages: ['@grpc/grpc-js', 'node:*'] },
  {
    name: 'cli',
    path: 'src/cli/',
    imports: ['client', 'command-line', 'contract', 'simulation', 'agent', 'demo'],
    packages: ['pino', 'node:*'],
  },
  { name: 'command-line', path: 'src/command-line/', imports: ['client', 'agent', 'config'], packages: ['node:*'] },
  {
    name: 'main',
    path: 'src/main/',
    imports: ['contract', 'agent', 'command-line', 'demo'],
    packages: ['electron', 'node:*'],
  },
  {
    name: 'preload',
    path: 'src/preload/',
    imports: [],
    types: ['contract'],
    interfaces: ['src/contract/window.ts'],
    packages: ['electron'],
  },
  { name: 'renderer', path: 'src/renderer/', imports: ['contract'], packages: ['*'] },
];

/** From outside of src/agent only its face may be imported. */
export const FACES: Readonly<Record<string, string>> = {
  agent: 'src/agent/index.ts',
  demo: 'src/demo/index.ts',
  simulation: 'src/simulation/index.ts',
};
