import { type DemoFault, type DemoState, linksOf } from '../contract/index.ts';
import { DemoControlClient, DemoError, type DemoNews } from '../demo/index.ts';
import type { AgentLogger } from './agent-options.ts';
import { OperatorError } from './api/operator/operator-error.ts';
import type { DemoPort, DemoViewer } from './api/operator/ports.ts';
import { DemoLinks } from './demo-links.ts';
import { CellError } from './host/cell-port.ts';
import { Backoff } from './peer/backoff.ts';
import type { LinkPolicy } from './peer/index.ts';

const RECONNECT_MIN_MS = 50;
const RECONNECT_MAX_MS = 1_000;

export interface AgentOfDemo extends DemoPort {
  /** What the faults in effect do to the links of this agent. */
  readonly policy: LinkPolicy;
}

export interface AgentOfDemoOptions {
  /** Where the supervisor listens. */
  readonly demoControl?: string;
  readonly agentId: string;
  readonly logger: AgentLogger;
  readonly ending: AbortSignal;
}

/**
 * An agent of a demo cell and whoever supervises it: passes on what operators ask, hears what changes, and applies the faults
 * of its own links. Undefined for an agent that is part of none: nothing can be done to its links.
 */
export function joinDemo(options: AgentOfDemoOptions): AgentOfDemo | undefined {
  const { demoControl, agentId, logger, ending } = options;
  if (demoControl === undefined) return undefined;
  const control = new DemoControlClient(demoControl, agentId);
  const links = new DemoLinks(agentId);
  const backoff = new Backoff(RECONNECT_MIN_MS, RECONNECT_MAX_MS, Math.random);
  const viewers = new Set<DemoViewer>();
  let present: DemoState | DemoError = new DemoError('GONE', 'whoever starts this demo cell has not been reached yet');
  let retry: NodeJS.Timeout | undefined;

  const news = (told: DemoNews): void => {
    backoff.reset();
    present = told.state;
    for (const fault of links.apply(told))
      logger.info({ fault }, `a fault on a link of this agent: ${faultText(fault)}`);
    for (const viewer of [...viewers]) viewer.tell(present);
  };
  const gone = (error: DemoError): void => {
    present = error;
    links.clear();
    for (const viewer of viewers) viewer.gone(refusalOf(error));
    viewers.clear();
    if (!ending.aborted) retry = setTimeout(follow, backoff.next());
  };
  let stop: () => void;
  const follow = (): void => {
    stop = control.follow({ news, gone });
  };
  follow();
  ending.addEventListener('abort', () => {
    clearTimeout(retry);
    stop();
  });

  return {
    policy: links.policy,
    state: () => refusing(control.call('state')),
    addAgent: () => refusing(control.call('addAgent')),
    restartAgent: (index) => refusing(control.call('restartAgent', { index })),
    killAgent: async (index) => {
      await refusing(control.call('killAgent', { index }));
    },
    addFault: async (planned, by) => {
      const fault = await refusing(control.call('addFault', { fault: planned }));
      logger.info({ by, fault }, `${by} asked for a fault of the demo cell: ${faultText(fault)}`);
      return fault;
    },
    healFault: async (id, by) => {
      await refusing(control.call('healFault', { id }));
      logger.info({ by, id }, `${by} healed a fault of the demo cell`);
    },
    healAll: async (by) => {
      await refusing(control.call('healAll'));
      logger.info({ by }, `${by} healed all faults of the demo cell`);
    },
    watch: (viewer) => {
      if (present instanceof DemoError) {
        viewer.gone(refusalOf(present));
        return () => undefined;
      }
      viewers.add(viewer);
      viewer.tell(present);
      return () => viewers.delete(viewer);
    },
  };
}

function faultText(fault: DemoFault): string {
  const { kind, agents, direction, beganMs, healsAtMs } = fault;
  const links = linksOf(fault).map((link) => link.join(direction === 'both' ? ' and ' : ' to '));
  const places = links.length > 0 ? links : agents;
  return `${kind} ${places.join(', ')} for ${(healsAtMs - beganMs) / 1_000} s`;
}

async function refusing<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    throw error instanceof DemoError ? refusalOf(error) : error;
  }
}

function refusalOf({ reason, message }: DemoError): Error {
  switch (reason) {
    case 'NOT_FOUND':
      return new OperatorError('NOT_FOUND', message);
    case 'GONE':
      return new OperatorError('NOT_A_DEMO_CELL', message);
    case 'SILENT':
      return new CellError('TIMEOUT', message, { effect: 'unknown' });
    case 'REFUSED':
    case 'FAILED':
      return new CellError('CHANGE_REFUSED', message);
    case 'INVALID':
      return new CellError('INVALID_ARGUMENT', message);
  }
}
