import type { Server } from '@grpc/grpc-js';
import { callServers } from './call-servers.ts';
import { addCoordinationService, COORDINATION_SERVICE_NAME } from './coordination/service.ts';
import { Health } from './health.ts';
import type { HttpRoute } from './http-routes.ts';
import { HttpServer } from './http-server.ts';
import { type MetricsSource, monitoringRoutes } from './monitoring-routes.ts';
import type { ApiPorts } from './ports.ts';
import { addReflection } from './reflection.ts';
import { addUserService, USER_SERVICE_NAME } from './service.ts';

export type { HttpExchange, HttpRoute } from './http-routes.ts';
export { addObserveService } from './observe-service.ts';
export { CellLook } from './operator/cell-view.ts';
export { watchCell } from './operator/cell-watch.ts';
export { operatorRoutes } from './operator/http.ts';
export type { AppPort, OperatorPorts } from './operator/ports.ts';
export { createOperatorRouter } from './operator/router.ts';
export { servePort, type WindowPort } from './operator/serve-port.ts';
export type { AgentFacts, ApiPorts, CallObserver, LinkFacts, SnapshotFile, SnapshotPort } from './ports.ts';
export { SERVER_OPTIONS } from './service.ts';

export interface ApiOptions extends ApiPorts {
  readonly metrics: MetricsSource;
  /** Host names beside `localhost` and IP addresses under which HTTP may be called. */
  readonly allowedHosts?: readonly string[];
  /** Beside `/healthz` and `/metrics`. */
  readonly routes?: readonly HttpRoute[];
}

export interface Api {
  /** `UserService`, `CoordinationService`, health and reflection. The server should have been made with `SERVER_OPTIONS`. */
  addTo(server: Server): void;
  /** Resolves to the port it got; rejects with code `EADDRINUSE` when it is taken, and may then be called again. */
  startHttp(host: string, port: number): Promise<number>;
  /** From now on health says that this agent does not serve; HTTP stays up to say it. */
  drain(reason: string): void;
  stop(): Promise<void>;
}

export function createApi(options: ApiOptions): Api {
  const health = new Health(options.cell, [USER_SERVICE_NAME, COORDINATION_SERVICE_NAME]);
  let notServing = '';
  const drain = (reason: string): void => {
    notServing = reason;
    health.stop();
  };
  const routes = [...monitoringRoutes({ ...options, notServing: () => notServing }), ...(options.routes ?? [])];
  const http = new HttpServer({ routes, allowedHosts: options.allowedHosts ?? [], onBug: options.onBug });
  return {
    addTo(server) {
      const servers = callServers(options);
      addUserService(server, options, servers);
      addCoordinationService(server, options, servers);
      health.addTo(server);
      addReflection(server);
    },
    startHttp: (host, port) => http.listen(host, port),
    drain,
    async stop() {
      drain('this agent is shutting down');
      await http.stop();
    },
  };
}
