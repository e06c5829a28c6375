import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type DesktopProgram, desktopProgram } from '../../command-line/desktop-program.ts';
import type { Ready } from '../../command-line/run-agent.ts';
import { stateHome } from '../../command-line/state-home.ts';
import type { DemoAgent } from '../../contract/index.ts';
import { DemoSupervisor, makeControlPath } from '../../demo/index.ts';
import { AGENT_COMMAND } from '../agent-command.ts';
import { type Command, type Context, EXIT, Failure } from '../command.ts';
import { AGENTS, formed } from '../formed-cell.ts';
import { printJson, printLine, table, write } from '../output.ts';
import { runTryApp } from '../try-app.ts';
import { clearTry, holdTry } from '../try-directory.ts';
import { untilAborted } from '../until-aborted.ts';

const FIRST_GRPC_PORT = 50_101;
const FIRST_HTTP_PORT = 8_081;

export const tryCommand: Command = {
  name: 'try',
  summary: 'Start a cell of three agents on this machine, to try things out.',
  details:
    'Where the desktop app can run, it opens as the first of them. Each agent is a process of its own: kill one with "kill -9 PID" and see the others go on. The first listens on 127.0.0.1:50101 and serves its dashboard on 8081, then 50102 and 8082, 50103 and 8083; a port that is taken is replaced by the next free one. Ctrl-C ends all of them. State and logs are kept below $XDG_STATE_HOME/synod/try (else ~/.local/state/synod/try) while it runs.',
  positionals: [],
  flags: [
    { name: 'for', kind: 'duration', placeholder: 'DURATION', help: 'End by itself after this long.' },
    {
      name: 'no-window',
      kind: 'switch',
      help: 'Only the agents and their dashboards, also where the desktop app can run.',
    },
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
    const hold = holdTry(directory);
    const desktop = desktopProgram({ hasWindow: true });
    // A program that asks for JSON wants agents to talk to, and no window.
    const hasWindow = desktop.kind === 'possible' && !context.flags.has('no-window') && !context.json;
    let supervisor: DemoSupervisor | undefined;
    try {
      if (!keep) clearTry(directory);
      if (hasWindow) return await inWindow(context, desktop, directory);
      const ends = new Ends(context);
      supervisor = await DemoSupervisor.start({
        directory,
        controlPath: makeControlPath(directory),
        command: AGENT_COMMAND,
        grpcPort: FIRST_GRPC_PORT,
        httpPort: FIRST_HTTP_PORT,
        onEnded: (agent, how) => ends.ended(agent, how),
        onTrouble: (text) => void write(context.stderr, `synod: ${text}\n`),
        stop: context.stop,
      });
      // One after the other, so that the order of joining, and with it the initial of each name, is that of the ports.
      for (let count = agentsIn(directory); count > 0; count--) await supervisor.addAgent();
      await formed(supervisor.serving, context.stop);
      hold.tell(supervisor.serving.map(({ grpcAddress, httpAddress }) => `${grpcAddress} (http://${httpAddress})`));
      await announce(context, supervisor.serving, directory, keep);
      if (desktop.kind === 'impossible' && !context.json && !context.flags.has('no-window')) {
        await write(context.stderr, `synod: no window, only dashboards: ${desktop.reason}\n`);
      }
      return await untilOver(context, supervisor, ends);
    } catch (error) {
      // Ctrl-C while they start reaches them as well; that they end then is no failure.
      if (context.stop.aborted) return EXIT.ok;
      throw error;
    } finally {
      await supervisor?.close();
      if (!keep) clearTry(directory);
      hold.release();
    }
  },
};

/** The first agent is the app's own, which starts the others. */
async function inWindow(
  context: Context,
  desktop: Extract<DesktopProgram, { kind: 'possible' }>,
  directory: string,
): Promise<number> {
  const forMs = context.flags.durationMs('for');
  const over = AbortSignal.any([context.stop, ...(forMs === undefined ? [] : [AbortSignal.timeout(forMs)])]);
  const grpcAddr = `127.0.0.1:${FIRST_GRPC_PORT}`;
  return runTryApp(context, { desktop, directory, grpcAddr, httpAddr: `127.0.0.1:${FIRST_HTTP_PORT}`, over });
}

/** With --keep also those that were added the last time. */
function agentsIn(directory: string): number {
  let count = 0;
  while (existsSync(join(directory, `agent${count + 1}`))) count++;
  return Math.max(count, AGENTS);
}

async function announce(context: Context, agents: readonly Ready[], directory: string, keep: boolean): Promise<void> {
  const [first, second, third] = agents;
  const commands = [
    `${launcher(context)} put /greeting hello --endpoint ${first!.grpcAddress}`,
    `${launcher(context)} get /greeting --endpoint ${second!.grpcAddress}`,
    `${launcher(context)} status --endpoint ${third!.grpcAddress}`,
  ];
  if (context.json) {
    const ready = agents.map((agent) => ({ ...agent, dashboard: `http://${agent.httpAddress}` }));
    await printJson(context, { agents: ready, commands });
    return;
  }
  const rows = agents.map(({ name, pid, grpcAddress, httpAddress }) => [
    name,
    `${pid}`,
    grpcAddress,
    `http://${httpAddress}`,
  ]);
  await printLine(context, `A cell of ${agents.length} agents is running. Open a dashboard in a browser:\n`);
  await printLine(context, table(['NAME', 'PID', 'GRPC', 'DASHBOARD'], rows));
  await printLine(context, `\nOr try, in another terminal:\n\n${commands.map((line) => `  ${line}`).join('\n')}\n`);
  await printLine(context, `State and logs: ${directory}${keep ? '' : ' (removed at the end; --keep keeps them)'}`);
  await printLine(context, 'Ctrl-C ends the cell.');
}

/** As it was called, so that the line can be pasted into the same terminal. */
function launcher({ env }: Context): string {
  if (env.npm_lifecycle_event === 'synod') return 'npm run --silent synod --';
  const path = env.SYNOD_LAUNCHER ?? 'synod';
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}

/** Tells the death of agents. */
class Ends {
  readonly #context: Context;
  isOver = false;
  onEnd: () => void = () => {};

  constructor(context: Context) {
    this.#context = context;
  }

  ended({ name, pid }: DemoAgent, how: string): void {
    if (!this.isOver && !this.#context.stop.aborted) {
      void write(this.#context.stderr, `synod: ${name} (pid ${pid}) has ended: ${how}\n`);
    }
    this.onEnd();
  }
}

/** Ctrl-C, the end of the time, or the end of the last agent. The death of one is part of trying. */
async function untilOver(context: Context, supervisor: DemoSupervisor, ends: Ends): Promise<number> {
  const forMs = context.flags.durationMs('for');
  const over = new AbortController();
  const timeIsUp = forMs === undefined ? [] : [delay(forMs, undefined, { signal: over.signal }).catch(() => undefined)];
  const asked = untilAborted(context.stop);
  const allGone = new Promise<void>((resolve) => {
    ends.onEnd = () => {
      if (supervisor.runningCount === 0) resolve();
    };
    ends.onEnd();
  });
  await Promise.race([asked, allGone, ...timeIsUp]);
  over.abort();
  ends.isOver = true;
  if (supervisor.runningCount === 0 && !context.stop.aborted) throw new Failure('all agents have ended');
  return EXIT.ok;
}
