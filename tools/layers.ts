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
      'src/agent/machine/keys.ts',
      'src/agent/machine/limits.ts',
      'src/agent/machine/system-records.ts',
      'src/agent/machine/validate.ts',
    ],
    packages: [
      '@grpc/grpc-js',
      '@grpc/reflection',
      '@grpc/proto-loader',
      'grpc-health-check',
      '@bufbuild/protobuf',
      'node:*',
    ],
  },
  {
    name: 'agent',
    path: 'src/agent/',
    imports: ['config', 'consensus', 'machine', 'host', 'storage', 'peer', 'observe', 'api', 'gen'],
    packages: ['*'],
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
    imports: ['client', 'contract', 'simulation', 'agent'],
    packages: ['pino', 'node:*'],
  },
  { name: 'main', path: 'src/main/', imports: ['contract', 'agent'], packages: ['electron', 'node:*'] },
  { name: 'preload', path: 'src/preload/', imports: [], packages: ['electron'] },
  { name: 'renderer', path: 'src/renderer/', imports: ['contract'], packages: ['*'] },
];

/** From outside of src/agent only its face may be imported. */
export const FACES: Readonly<Record<string, string>> = {
  agent: 'src/agent/index.ts',
  simulation: 'src/simulation/index.ts',
};
