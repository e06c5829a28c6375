import { coordinationMethods } from './coordination/service.ts';
import { FailureReporter } from './failures.ts';
import type { ApiPorts } from './ports.ts';
import { unaryMethods } from './service.ts';
import { type CallServer, callServer } from './unary-call.ts';

/** Who serves each method with one request and one answer, by its name; no method of one service has a name of the other. */
export function callServers(ports: ApiPorts): ReadonlyMap<string, CallServer> {
  const failures = new FailureReporter(ports.cell, ports.onBug);
  const methods = [...Object.values(unaryMethods(ports)), ...Object.values(coordinationMethods(ports))];
  return new Map(
    methods.map((method) => {
      const observer = ports.observer.method(method.name, method.request.decode, method.response.decode);
      return [method.name, callServer(method, observer, failures)];
    }),
  );
}
