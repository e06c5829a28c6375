import type { AppState } from '../../../contract/index.ts';
import { ADDRESSES } from '../../machine/system-records.ts';
import { participantId } from '../names.ts';
import type { OperatorBuilder, Reach } from './builder.ts';
import { EventQueue } from './event-queue.ts';
import { OperatorError } from './operator-error.ts';
import type { AppPort } from './ports.ts';

/** The desktop app around the agent; a dashboard has none and says so. */
export function appProcedures(os: OperatorBuilder) {
  return {
    state: os.app.state.handler(({ context }) => stateOf(context.reach)),
    watch: os.app.watch.handler(({ context }) => watchState(context.reach, context.call.signal)),
    begin: os.app.begin.handler(async ({ input, context }) => {
      await windowOf(context.reach).begin(input);
      return {};
    }),
    dismissLink: os.app.dismissLink.handler(({ context }) => {
      windowOf(context.reach).dismissLink();
      return {};
    }),
    openDashboard: os.app.openDashboard.handler(async ({ input, context }) => {
      const app = windowOf(context.reach);
      await app.openDashboard(dashboardOf(context.reach, input.agentId));
      return {};
    }),
  };
}

/** @throws OperatorError */
function windowOf({ app }: Reach): AppPort {
  if (app !== undefined) return app;
  throw new OperatorError('NO_WINDOW', 'this is the dashboard of an agent: only the desktop app can do that');
}

function stateOf({ app, ports }: Reach): AppState {
  if (app !== undefined) return app.state();
  const { stateDir, version } = ports().api.agent;
  return { host: 'dashboard', phase: 'running', message: '', stateDir, version, link: null };
}

/** At once, and after every change; a slow viewer skips what is outdated. On a dashboard nothing changes. */
function watchState(reach: Reach, signal: AbortSignal) {
  let isDue = false;
  const tell = (): void => {
    isDue = queue.length > 0;
    if (!isDue) queue.push(stateOf(reach));
  };
  const queue = new EventQueue<AppState>(() => {
    if (isDue) tell();
  });
  const stop = reach.app?.onState(tell);
  tell();
  return queue.iterate(signal, () => stop?.());
}

/** Only what the cell itself knows of a participant is opened, never an address that a page gives. */
function dashboardOf(reach: Reach, idOrName: string): string {
  const { cell } = reach.ports().api;
  const agentId = participantId(cell.state, cell.status().configuration, idOrName);
  const record = ADDRESSES.read(cell.state, agentId);
  if (record !== undefined && record.httpAddress !== '') return `http://${record.httpAddress}`;
  throw new OperatorError('NOT_FOUND', `${record?.name || agentId} has told the cell no HTTP address`);
}
