import type { DemoAgent, DemoState } from '../../../contract/index.ts';
import { useCell } from '../../cell/cell-store.ts';
import { useLoad } from '../../connection/load.ts';

/** The processes of a demo cell; on any other cell there are none to steer. */
export interface Demo {
  readonly isDemo: boolean;
  readonly agents: readonly DemoAgent[];
  readonly error: unknown;
  readonly reload: () => void;
}

/** Asked for anew whenever who is there, or who answers, has changed: processes start and end with that. */
export function useDemo(): Demo {
  const presence = useCell(({ view }) =>
    view?.participants
      .map(({ agentId, suspect, lastHeardMs }) => `${agentId}${suspect ? '?' : ''}${lastHeardMs === null ? '-' : ''}`)
      .join(' '),
  );
  const { data, error, reload } = useLoad<DemoState>(
    (client, signal) => client.demo.state(undefined, { signal }),
    [presence],
  );
  return { isDemo: data?.isDemo ?? false, agents: data?.agents ?? [], error, reload };
}

export function demoAgentOf(demo: Demo, agentId: string): DemoAgent | undefined {
  return demo.agents.find((agent) => agent.agentId === agentId);
}

export function demoAgentName(agent: DemoAgent): string {
  return agent.name || `agent ${agent.index}`;
}
