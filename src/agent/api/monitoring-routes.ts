import type { CellPort } from '../host/cell-port.ts';
import type { HttpRoute } from './http-routes.ts';
import { sendJson } from './http-server.ts';
import { nameOfAgent } from './names.ts';
import type { AgentFacts } from './ports.ts';

/** Prometheus text; prom-client's registry is one. */
export interface MetricsSource {
  readonly contentType: string;
  metrics(): Promise<string>;
}

export interface MonitoringPorts {
  readonly cell: CellPort;
  readonly agent: AgentFacts;
  readonly metrics: MetricsSource;
  /** Why this agent does not serve (it starts, or ends); empty while it does. */
  readonly notServing: () => string;
}

export function monitoringRoutes(ports: MonitoringPorts): HttpRoute[] {
  return [
    { method: 'GET', path: '/healthz', handle: ({ response }) => sendHealth(ports, response) },
    {
      method: 'GET',
      path: '/metrics',
      async handle({ response }) {
        const text = await ports.metrics.metrics();
        response.writeHead(200, { 'content-type': ports.metrics.contentType });
        response.end(text);
      },
    },
  ];
}

/**
 * 200 while this agent answers clients, also without a majority: it still serves LOCAL reads, and taking it out of
 * rotation would not help. Who needs writes looks at `writable`.
 */
function sendHealth({ cell, agent, notServing }: MonitoringPorts, response: Parameters<typeof sendJson>[0]): void {
  const status = cell.status();
  const stopped = notServing();
  sendJson(response, stopped === '' ? 200 : 503, {
    name: agent.name,
    agentId: status.agentId,
    cellId: status.cellId,
    role: status.role,
    leader: status.leader === undefined ? '' : nameOfAgent(cell.state, status.leader),
    writable: stopped === '' && status.writable,
    reason: stopped || status.unwritableReason,
    applied: status.applied,
    version: agent.version,
  });
}
