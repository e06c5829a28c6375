import { Metadata, type ServiceError, type StatusObject, status } from '@grpc/grpc-js';

/** Why a stream or call between agents is refused; travels beside the gRPC status, for programs. */
export type RefusalReason =
  | 'STARTING'
  | 'OTHER_CELL'
  | 'WRONG_ADDRESSEE'
  | 'MALFORMED'
  | 'BELOW_ACKNOWLEDGED'
  | 'REPLACED'
  | 'SILENT'
  | 'BUSY'
  | 'STOPPING';

const CODES: { readonly [R in RefusalReason]: status } = {
  STARTING: status.UNAVAILABLE,
  OTHER_CELL: status.FAILED_PRECONDITION,
  WRONG_ADDRESSEE: status.FAILED_PRECONDITION,
  MALFORMED: status.INVALID_ARGUMENT,
  BELOW_ACKNOWLEDGED: status.FAILED_PRECONDITION,
  REPLACED: status.ABORTED,
  SILENT: status.DEADLINE_EXCEEDED,
  BUSY: status.RESOURCE_EXHAUSTED,
  STOPPING: status.UNAVAILABLE,
};

const REASON_KEY = 'synod-reason';
const AGENT_KEY = 'synod-agent';

/** What a handler answers or emits to end its call. */
export function refusal(reason: RefusalReason, text: string, agentId: string): Error & Partial<StatusObject> {
  const metadata = new Metadata();
  metadata.set(REASON_KEY, reason);
  metadata.set(AGENT_KEY, agentId);
  return Object.assign(new Error(text), { code: CODES[reason], details: text, metadata });
}

export interface ReceivedRefusal {
  /** Empty when the other side is not an agent or failed below this layer. */
  readonly reason: string;
  readonly agentId: string;
  readonly text: string;
}

export function refusalOf(error: Partial<ServiceError>): ReceivedRefusal {
  const first = (key: string): string => error.metadata?.get(key)[0]?.toString() ?? '';
  const reason = first(REASON_KEY);
  const text = error.details || error.message || 'the stream ended';
  return { reason, agentId: first(AGENT_KEY), text: reason === '' ? plainWords(error.code, text) : text };
}

/** gRPC describes the failures of a connection for its own developers. */
function plainWords(code: status | undefined, text: string): string {
  if (text.includes('ECONNREFUSED')) return 'nobody listens there';
  if (text.includes('ENOTFOUND') || text.includes('Name resolution failed')) return 'the name of the host is not known';
  if (text.includes('EHOSTUNREACH') || text.includes('ENETUNREACH')) return 'there is no way to that host';
  return code === undefined ? text : `${status[code] ?? ''} ${text}`.trim();
}
