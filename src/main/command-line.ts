import { join } from 'node:path';
import { AGENT_FLAGS, agentOptionsOf } from '../command-line/agent-flags.ts';
import type { Flag } from '../command-line/flag.ts';
import { COMMON_FLAGS, type Flags, parseFlags } from '../command-line/parse-flags.ts';
import type { Environment } from '../command-line/state-home.ts';
import { suggest } from '../command-line/suggest.ts';
import { linkAmong } from './link.ts';

const APP_FLAGS: readonly Flag[] = [
  {
    name: 'no-window',
    kind: 'switch',
    help: 'Only the agent, as "synod agent" runs it: no window, no display needed.',
  },
  {
    name: 'demo',
    kind: 'switch',
    help: 'An empty state directory begins a demo cell of three agents, without a question.',
  },
  {
    name: 'demo-directory',
    kind: 'text',
    placeholder: 'DIR',
    help: 'Where the other agents of a demo cell keep their state. Default: demo/ below that of the first.',
  },
  { name: 'dev-tools', kind: 'switch', help: "Allow Chromium's developer tools in the window." },
];

const flagLines = APP_FLAGS.map(
  ({ name, placeholder = '', help }) => `  --${`${name} ${placeholder}`.padEnd(22)}${help}`,
);
export const HELP = `The desktop app takes the flags of "synod agent" ("synod agent --help" lists them), and these:

${flagLines.join('\n')}
`;

/** The same as those of `synod agent`, and a few of the app's own. */
const FLAGS: readonly Flag[] = [...APP_FLAGS, ...AGENT_FLAGS, ...COMMON_FLAGS];

export interface Launch {
  readonly agent: ReturnType<typeof agentOptionsOf>;
  readonly flags: Flags;
  readonly hasWindow: boolean;
  readonly devTools: boolean;
  readonly isDemo: boolean;
  readonly demoDirectory: string;
  /** What was opened with the app, as it was given. */
  readonly link: string | undefined;
}

/**
 * @param args without the program, and without the app that a development build of Electron is given
 * @throws UsageError, in one line
 */
export function readCommandLine(args: readonly string[], env: Environment): Launch {
  const { flags } = parseFlags(FLAGS, args.filter(isOurs), 'synod agent');
  const agent = agentOptionsOf(flags, env);
  return {
    agent,
    flags,
    hasWindow: !flags.has('no-window'),
    devTools: flags.has('dev-tools'),
    isDemo: flags.has('demo'),
    demoDirectory: flags.text('demo-directory') ?? join(agent.stateDir, 'demo'),
    link: linkAmong(args),
  };
}

/**
 * Chromium has hundreds of switches, and operating systems add their own: what is neither a flag of ours nor close to one
 * is theirs.
 */
function isOurs(arg: string): boolean {
  if (!arg.startsWith('-')) return true;
  if (!arg.startsWith('--')) return FLAGS.some(({ short }) => short !== undefined && arg.startsWith(`-${short}`));
  const name = arg.slice(2).split('=')[0]!.replaceAll('_', '-');
  const names = FLAGS.map((flag) => flag.name);
  return names.includes(name) || suggest(name, names) !== undefined;
}
