import { type ImplementerInternalWithMiddlewares, implement } from '@orpc/server';
import { type OperatorContract, operatorContract } from '../../../contract/index.ts';
import { type Admitted, guarded, NOT_STARTED } from './guard.ts';
import { OperatorError } from './operator-error.ts';
import type { AppPort, OperatorPorts } from './ports.ts';

/** What the transport says of a call. */
export interface OperatorContext {
  readonly transport: 'http' | 'rest' | 'port';
  /** Whose looking is whose own traffic: one window, or one address. */
  readonly viewerId: string;
  /** "window" for the port, the remote address for HTTP. */
  readonly peer: string;
  readonly idempotencyKey?: string;
}

/** What handlers get beside their input. */
export interface Reach {
  /** @throws OperatorError when there is no agent yet */
  ports(): OperatorPorts;
  /** The desktop app around this agent; absent on a dashboard. */
  readonly app: AppPort | undefined;
}

/** Named, because spelled out for the whole contract it is longer than the compiler will write down. */
export type OperatorBuilder = ImplementerInternalWithMiddlewares<
  OperatorContract,
  OperatorContext,
  OperatorContext & { reach: Reach; call: Admitted }
>;

/** Everything a procedure of the contract is implemented with. Every call passes the guard. */
export function operatorBuilder(ports: () => OperatorPorts | undefined, app: AppPort | undefined): OperatorBuilder {
  const reach: Reach = {
    app,
    ports() {
      const found = ports();
      if (found === undefined) throw new OperatorError('AGENT_NOT_STARTED', NOT_STARTED);
      return found;
    },
  };
  return implement(operatorContract)
    .$context<OperatorContext>()
    .use(({ context, path, procedure, signal, next }, input) =>
      guarded({ ...context, ports: ports(), path, effect: procedure['~orpc'].meta.effect, input, signal }, (call) =>
        next({ context: { reach, call } }),
      ),
    );
}
