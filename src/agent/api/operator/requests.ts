import type { CallView } from '../../../contract/index.ts';
import { CellError } from '../../host/cell-port.ts';
import { coordinationMethods } from '../coordination/service.ts';
import { invalid } from '../errors.ts';
import { unaryMethods } from '../service.ts';
import type { CallContext, UnaryMethod } from '../unary-call.ts';
import type { OperatorBuilder } from './builder.ts';
import { type CallForms, callForms, NO_FORMS, withoutNumber, withoutPlace } from './call-forms.ts';
import { EventQueue } from './event-queue.ts';
import { readableJson, requestFromJson } from './issued-request.ts';
import { EXAMPLES, isReadMethod } from './method-examples.ts';
import { asUserRequest } from './operator-requests.ts';
import { perAgent } from './per-agent.ts';
import type { OperatorPorts } from './ports.ts';
import { issueOnce } from './write-once.ts';

type Fields = Readonly<Record<string, unknown>>;
type Methods = ReadonlyMap<string, UnaryMethod<unknown, unknown>>;

interface CallList {
  running: CallView[];
  runningCount: number;
  recent: CallView[];
}

interface Listed {
  readonly limit: number;
  readonly includeOwn: boolean;
}

const LOOK_INTERVAL_MS = 200;

export function requestsProcedures(os: OperatorBuilder) {
  const { requests } = os;
  const methodsOf = perAgent(
    ({ api }): Methods =>
      new Map(
        [...Object.values(unaryMethods(api)), ...Object.values(coordinationMethods(api))].map((method) => [
          method.name,
          method,
        ]),
      ),
  );
  return {
    list: requests.list.handler(({ context, input }) => callList(context.reach.ports(), input)),
    watch: requests.watch.handler(({ context, input }) =>
      watchCalls(context.reach.ports(), input, context.call.signal),
    ),
    cancel: requests.cancel.handler(({ context, input }) => ({
      cancelled: context.reach.ports().observe.inFlight.cancel(input.id),
    })),
    detail: requests.detail.handler(({ context, input }) => {
      const ports = context.reach.ports();
      const found = ports.observe.inFlight.detail(input.messageId);
      if (found === undefined) {
        return { call: null, ...loggedCall(ports, input.messageId), ...without('the call is not kept any more') };
      }
      const { call, request, reply } = found;
      const said = spoken(ports, methodsOf(ports), call, request, reply);
      return { call, ...said };
    }),
    methods: requests.methods.handler(({ context }) => ({
      methods: [...methodsOf(context.reach.ports()).keys()].map((name) => ({
        name,
        effect: isReadMethod(name) ? ('read' as const) : ('write' as const),
        example: EXAMPLES[name] ?? '{}',
      })),
    })),
    issue: requests.issue.handler(async ({ context, input }) => {
      const { reach, call } = context;
      const ports = reach.ports();
      const method = methodsOf(ports).get(input.method);
      if (method === undefined)
        throw invalid(`there is no method ${JSON.stringify(input.method.slice(0, 80))} to issue`);
      const request = requestFromJson(method.request, method.name, input.request);
      const startedMs = performance.now();
      const reply = await issueOnce(context, request, (placed) => answered(method, placed, call));
      return {
        reply: readableJson(method.response, reply),
        messageId: call.messageId,
        durationMs: performance.now() - startedMs,
        ...callForms(method.request, method.name, input.request, ports.api.agent.grpcAddress),
      };
    }),
  };
}

async function answered(method: UnaryMethod<unknown, unknown>, request: unknown, call: CallContext): Promise<unknown> {
  return await method.handle(request, call);
}

/** Oldest first among those that run, newest first among those that ended. */
function callList({ observe }: OperatorPorts, { limit, includeOwn }: Listed): CallList {
  const shown = ({ own }: CallView): boolean => includeOwn || !own;
  const running = observe.inFlight.running(Number.POSITIVE_INFINITY).filter(shown);
  const recent = observe.inFlight.recent(Number.POSITIVE_INFINITY).filter(shown);
  return { running: running.slice(0, limit), runningCount: running.length, recent: recent.slice(0, limit) };
}

/** At once and after changes; what a viewer has not taken yet is replaced by what is newer. */
function watchCalls(ports: OperatorPorts, listed: Listed, signal: AbortSignal) {
  const queue = new EventQueue<CallList>();
  let seen = -1;
  let told = '';
  const look = (): void => {
    const { changes } = ports.observe.inFlight;
    if (changes === seen || queue.length > 0) return;
    seen = changes;
    const calls = callList(ports, listed);
    const signature = JSON.stringify([calls.running.map(({ id }) => id), calls.recent.map(({ id }) => id)]);
    // Only the viewer's own calls have changed.
    if (signature === told) return;
    told = signature;
    queue.push(calls);
  };
  const timer = setInterval(look, LOOK_INTERVAL_MS);
  look();
  return queue.iterate(signal, () => clearInterval(timer));
}

/** What is left of a call that is no longer among the recent ones. */
function loggedCall({ observe }: OperatorPorts, messageId: string): { request: unknown; reply: unknown } {
  const [newest] = observe.rpcLog.query({ messageId, includeOwn: true }, 1);
  const detail = newest && observe.rpcLog.detail(newest.sequence);
  return { request: detail?.fields ?? null, reply: detail?.replyFields ?? null };
}

interface Again extends CallForms {
  readonly noFormReason: string;
  readonly repeat: { method: string; request: Record<string, unknown> } | null;
}

interface Spoken extends Again {
  readonly request: unknown;
  readonly reply: unknown;
}

function without(noFormReason: string): Again {
  return { ...NO_FORMS, noFormReason, repeat: null };
}

/**
 * What was said in a call, in JSON, and how to do the same again. Calls over gRPC are messages; those of operators are JSON,
 * and what operators issued is protobuf's JSON already.
 */
function spoken(ports: OperatorPorts, methods: Methods, call: CallView, request: unknown, reply: unknown): Spoken {
  const type = methods.get(call.method);
  const isOperators = /^(viewer|operator)-/.test(call.messageId);
  if (!isOperators && type !== undefined && request !== undefined) {
    const said = readableJson(type.request, request) as Fields;
    return {
      request: said,
      reply: reply === undefined ? null : readableJson(type.response, reply),
      ...again(ports, methods, call.method, said),
    };
  }
  const told = { request: request ?? loggedCall(ports, call.messageId).request, reply: reply ?? null };
  if (!isOperators) return { ...told, ...without('it is a stream, which no single command repeats') };
  try {
    // A procedure without an input has a request without fields.
    const issued = asIssued(call.method, (request ?? {}) as Fields);
    return issued === undefined
      ? { ...told, ...without(`${call.method} is a call of the operator API alone`) }
      : { ...told, ...again(ports, methods, issued.method, issued.request, ofOperator) };
  } catch (error) {
    // It was refused because nothing can be made of it; it is shown all the same.
    if (error instanceof CellError) return { ...told, ...without(error.message) };
    throw error;
  }
}

/**
 * A participant's call is repeated as that participant, numbered by this agent. A script that numbers its calls would find
 * its next number used.
 */
function ofOperator(request: Fields): Fields {
  const { sequence = 0 } = (request.options ?? {}) as Fields;
  return Number(sequence) === 0 ? withoutNumber(request) : withoutPlace(request);
}

/** Procedures on keys speak of paths; requests of `UserService` have keys, and the path of a level in bytes. */
function asIssued(method: string, request: Fields): { method: string; request: Fields } | undefined {
  const speaksOfPaths = [request.path, request.prefix].some((path) => typeof path === 'string' && path.startsWith('/'));
  const isOperators = speaksOfPaths || 'as' in request || 'quorum' in request || method === 'Transact';
  const operations = [request.compare, request.then, request.otherwise].flat() as readonly (Fields | undefined)[];
  const hasKeys = operations.some((item) => JSON.stringify(item)?.includes('"key":'));
  if (!isOperators || hasKeys) return { method, request };
  return asUserRequest(method, request);
}

function again(
  ports: OperatorPorts,
  methods: Methods,
  method: string,
  request: Fields,
  repeated = withoutPlace,
): Again {
  const type = methods.get(method);
  if (type === undefined) return without(`${method} is a call of the operator API alone`);
  const repeat = { method, request: repeated(request) as Record<string, unknown> };
  return { ...callForms(type.request, method, request, ports.api.agent.grpcAddress), noFormReason: '', repeat };
}
