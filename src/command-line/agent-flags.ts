import { join } from 'node:path';
import { DEFAULTS } from '../agent/config.ts';
import type { AgentOptions } from '../agent/index.ts';
import { type Flag, UsageError } from './flag.ts';
import type { Flags } from './parse-flags.ts';
import { type Environment, stateHome } from './state-home.ts';
import { parseAddress, parseDurations, parseLabels, parseListenAddress } from './values.ts';

const VOTERS_MAX = 7;

/** Of `synod agent` and of the desktop app. */
export const AGENT_FLAGS: readonly Flag[] = [
  {
    name: 'state-dir',
    kind: 'text',
    placeholder: 'DIR',
    help: 'Where it keeps what it must not forget. Default: $XDG_STATE_HOME/synod/agent, else ~/.local/state/synod/agent.',
  },
  {
    name: 'grpc-addr',
    kind: 'text',
    placeholder: 'HOST:PORT',
    help: 'For programs and other agents. Default 127.0.0.1:50101; when the port is taken, the next free one.',
  },
  {
    name: 'http-addr',
    kind: 'text',
    placeholder: 'HOST:PORT',
    help: 'For the dashboard, REST, /healthz and /metrics. Default 127.0.0.1:8081, or the next free one.',
  },
  {
    name: 'advertise-grpc-addr',
    kind: 'text',
    placeholder: 'HOST:PORT',
    help: 'What others dial, when that is not the address it listens on: behind a port forwarder, say.',
  },
  {
    name: 'peer',
    kind: 'text',
    placeholder: 'HOST:PORT',
    repeatable: true,
    help: 'An agent of the cell to join; repeatable.',
  },
  { name: 'label', kind: 'text', placeholder: 'K=V', repeatable: true, help: 'Shown with the members: region=west.' },
  {
    name: 'evict-after',
    kind: 'duration',
    placeholder: 'DURATION',
    help: 'How long a voter may be silent before the autopilot replaces it. Default 60s.',
  },
  {
    name: 'autopilot',
    kind: 'choice',
    choices: ['safe', 'eager', 'off'],
    help: 'Who decides who votes. safe (default): never fewer than three; eager: removes whoever is silent; off: you do.',
  },
  {
    name: 'max-voters',
    kind: 'number',
    placeholder: 'N',
    help: 'At most N voters, others stand by as learners. Default 5, at most 7.',
  },
  {
    name: 'priority',
    kind: 'number',
    placeholder: 'N',
    help: 'A caught-up voter with a higher one is handed the leadership. Default 0.',
  },
  {
    name: 'heartbeat',
    kind: 'duration',
    placeholder: 'DURATION',
    help: `How often it says that it leads, when it does. Default ${DEFAULTS.heartbeatMs}ms; the same for all agents of a cell.`,
  },
  {
    name: 'election-timeout',
    kind: 'text',
    placeholder: 'MIN-MAX',
    help: `It campaigns when it has heard no leader for a time drawn from this range. Default ${DEFAULTS.electionMinMs}ms-${DEFAULTS.electionMaxMs}ms; the same for all agents of a cell.`,
  },
  {
    name: 'insecure',
    kind: 'switch',
    help: 'Allow addresses that other machines can reach. Nothing is encrypted and nobody is asked who they are.',
  },
  {
    name: 'read-only',
    kind: 'switch',
    help: 'Operators may look and change nothing: window, dashboard and REST refuse it. Programs over gRPC write as ever.',
  },
  {
    name: 'until-stdin-ends',
    kind: 'switch',
    help: 'End as after Ctrl-C when standard input ends: with the program that started it.',
  },
  {
    name: 'demo-control',
    kind: 'text',
    placeholder: 'PATH',
    help: 'Set by "synod try": where it asks for agents of its cell to be started and killed, and hears which of its links are to fail.',
  },
];

/**
 * What the flags ask for. Nothing is touched.
 *
 * @throws UsageError, in one line
 */
export function agentOptionsOf(flags: Flags, env: Environment): AgentOptions {
  const votersMax = flags.number('max-voters');
  if (votersMax !== undefined && (votersMax < 1 || votersMax > VOTERS_MAX)) {
    throw new UsageError(`--max-voters: ${votersMax} is not between 1 and ${VOTERS_MAX}`);
  }
  const listen = (name: string) => {
    const text = flags.text(name);
    return text === undefined ? undefined : parseListenAddress(text, `--${name}`);
  };
  const advertised = flags.text('advertise-grpc-addr');
  const stateDir = flags.text('state-dir') ?? join(stateHome(env), 'agent');
  if (stateDir === '') throw new UsageError('--state-dir is empty');
  return {
    stateDir,
    grpcAddr: listen('grpc-addr'),
    httpAddr: listen('http-addr'),
    advertiseGrpcAddr: advertised === undefined ? undefined : parseAddress(advertised, '--advertise-grpc-addr'),
    peers: flags.list('peer').map((text) => parseAddress(text, '--peer')),
    labels: parseLabels(flags.list('label')),
    evictAfterMs: flags.durationMs('evict-after'),
    autopilot: flags.text('autopilot') as AgentOptions['autopilot'],
    votersMax,
    priority: flags.number('priority'),
    consensus: paceOf(flags),
    insecure: flags.has('insecure'),
    readOnly: flags.has('read-only'),
    pageDir: PAGE_DIR,
    demoControl: flags.text('demo-control'),
  };
}

/** How fast the loss of a leader is noticed. */
function paceOf(flags: Flags): AgentOptions['consensus'] {
  const heartbeatMs = flags.durationMs('heartbeat') ?? DEFAULTS.heartbeatMs;
  const range = flags.text('election-timeout');
  const [electionMinMs, electionMaxMs] =
    range === undefined
      ? [DEFAULTS.electionMinMs, DEFAULTS.electionMaxMs]
      : parseDurations(range, '--election-timeout');
  if (heartbeatMs < 10) throw new UsageError('--heartbeat: at least 10ms, or agents do little else');
  if (electionMinMs < 2 * heartbeatMs) {
    const least = `${2 * heartbeatMs}ms`;
    throw new UsageError(
      `--election-timeout: at least two heartbeats, ${least}, or one late message ends a leadership`,
    );
  }
  return { heartbeatMs, electionMinMs, electionMaxMs };
}

/** The built page lies beside the built program; a program that runs from its sources has it there too. */
const PAGE_DIR = join(
  import.meta.dirname,
  import.meta.filename.endsWith('.ts') ? '../../dist/renderer' : '../renderer',
);
