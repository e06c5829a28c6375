import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { connect } from '../../client/index.ts';
import { AgentProcess } from '../agent-process.ts';
import { type Command, type Context, EXIT, Failure } from '../command.ts';
import { printJson, printLine, table, write } from '../output.ts';
import { stateHome } from '../state-home.ts';
import { clearTry, holdTry } from '../try-directory.ts';

const FIRST_GRPC_PORT = 50_101;
const FIRST_HTTP_PORT = 8_081;
const AGENTS = 3;
const FORMED_MS = 30_000;

export const tryCommand: Command = {
  name: 'try',
  summary: 'Start a cell of three agents on this machine, to try things out.',
  details:
    'Each agent is a process of its own: kill one with "kill -9 PID" and see the others go on. The first listens on 127.0.0.1:50101 and serves HTTP on 8081, then 50102 and 8082, 50103 and 8083; a port that is taken is replaced by the next free one. Ctrl-C ends all of them. State and logs are kept below $XDG_STATE_HOME/synod/try (else ~/.local/state/synod/try) while it runs.',
  positionals: [],
  flags: [
    { name: 'for', kind: 'duration', placeholder: 'DURATION', help: 'End by itself after this long.' },
    { name: 'keep', kind: 'switch', help: 'Continue with the cell of the last time, and keep it for the next.' },
  ],
  examples: [
    { command: 'synod try', explains: 'Until Ctrl-C' },
    { command: 'synod try --for 5m', explains: 'For five minutes' },
  ],
  isClient: false,
  run: async (context) => {
    const directory = join(stateHome(context.env), 'try');
    const keep = context.flags.has('keep');
    const release = holdTry(directory);
    const agents: AgentProcess[] = [];
    try {
      if (!keep) clearTry(directory);
      await startAgents(directory, agents, context.stop);
      await formed(agents, context.stop);
      await announce(context, agents, directory, keep);
      return await untilOver(context, agents);
    } catch (error) {
      // Ctrl-C while they start reaches them as well; that they end then is no failure.
      if (context.stop.aborted) return EXIT.ok;
      throw error;
    } finally {
      await Promise.all(agents.map((agent) => agent.stop()));
      if (!keep) clearTry(directory);
      release();
    }
  },
};

async function startAgents(directory: string, agents: AgentProcess[], stop: AbortSignal): Promise<void> {
  const start = async (index: number, peers: readonly string[]) => {
    const stateDir = join(directory, `agent${index + 1}`);
    mkdirSync(stateDir, { recursive: true });
    const addresses = [
      ...['--grpc-addr', `127.0.0.1:${FIRST_GRPC_PORT + index}`],
      ...['--http-addr', `127.0.0.1:${FIRST_HTTP_PORT + index}`],
    ];
    const args = ['--state-dir', stateDir, ...addresses, ...peers.flatMap((peer) => ['--peer', peer])];
    agents.push(await AgentProcess.start({ args, logFile: join(directory, `agent${index + 1}.log`), stop }));
  };
  await start(0, []);
  // One after the other, so that the order of joining, and with it the initial of each name, is that of the ports.
  for (let index = 1; index < AGENTS; index++) await start(index, [agents[0]!.ready.grpcAddress]);
}

/** Three voters and a leader: from here on one of them may die. */
async function formed(agents: readonly AgentProcess[], stop: AbortSignal): Promise<void> {
  await using client = connect({ endpoints: agents.map(({ ready }) => ready.grpcAddress), timeoutMs: 5_000 });
  const endMs = performance.now() + FORMED_MS;
  while (performance.now() < endMs && !stop.aborted) {
    const { members, leader } = await client.members();
    const voters = members.filter(({ role }) => role === 'voter').length;
    if (voters === AGENTS && leader !== '') return;
    await delay(50);
  }
  if (!stop.aborted) throw new Failure(`the agents did not form a cell of ${AGENTS} voters in time; see their logs`);
}

async function announce(
  context: Context,
  agents: readonly AgentProcess[],
  directory: string,
  keep: boolean,
): Promise<void> {
  const [first, second, third] = agents.map(({ ready }) => ready);
  const commands = [
    `${launcher(context)} put /greeting hello --endpoint ${first!.grpcAddress}`,
    `${launcher(context)} get /greeting --endpoint ${second!.grpcAddress}`,
    `${launcher(context)} status --endpoint ${third!.grpcAddress}`,
  ];
  if (context.json) {
    await printJson(context, { agents: agents.map(({ ready }) => ready), commands });
    return;
  }
  const rows = agents.map(({ ready }) => [ready.name, `${ready.pid}`, ready.grpcAddress, ready.httpAddress]);
  await printLine(context, `A cell of ${agents.length} agents is running.\n`);
  await printLine(context, table(['NAME', 'PID', 'GRPC', 'HTTP'], rows));
  await printLine(context, `\nTry, in another terminal:\n\n${commands.map((line) => `  ${line}`).join('\n')}\n`);
  await printLine(context, `State and logs: ${directory}${keep ? '' : ' (removed at the end; --keep keeps them)'}`);
  await printLine(context, 'Ctrl-C ends the cell.');
}

/** As it was called, so that the line can be pasted into the same terminal. */
function launcher({ env }: Context): string {
  if (env.npm_lifecycle_event === 'synod') return 'npm run --silent synod --';
  const path = env.SYNOD_LAUNCHER ?? 'synod';
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}

/** Ctrl-C, the end of the time, or the end of the last agent. The death of one is part of trying. */
async function untilOver(context: Context, agents: readonly AgentProcess[]): Promise<number> {
  const forMs = context.flags.durationMs('for');
  const over = new AbortController();
  const timeIsUp = forMs === undefined ? [] : [delay(forMs, undefined, { signal: over.signal }).catch(() => undefined)];
  const asked = new Promise<void>((resolve) => {
    if (context.stop.aborted) resolve();
    context.stop.addEventListener('abort', () => resolve(), { once: true });
  });
  let left = agents.length;
  const allGone = Promise.all(
    agents.map(async ({ ready, exited }) => {
      const how = await exited;
      left--;
      if (!over.signal.aborted && !context.stop.aborted) {
        await write(context.stderr, `synod: ${ready.name} (pid ${ready.pid}) has ended: ${how}\n`);
      }
    }),
  );
  await Promise.race([asked, allGone, ...timeIsUp]);
  over.abort();
  if (left === 0 && !context.stop.aborted) throw new Failure('all agents have ended');
  return EXIT.ok;
}
