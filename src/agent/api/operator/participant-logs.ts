import {
  type ChannelOptions,
  type ClientUnaryCall,
  credentials,
  Metadata,
  type ServiceError,
  status,
} from '@grpc/grpc-js';
import type { MessageFilter } from '../../../contract/index.ts';
import { ObserveServiceClient, type WatchMessagesResponse } from '../../../gen/synod/v1/observe.ts';
import { CellError, type CellPort, type TimerCountdown } from '../../host/cell-port.ts';
import { ADDRESSES } from '../../machine/system-records.ts';
import type { LogPosition, MessageQuery, QueriedMessages, WatchedMessages } from './messages-log.ts';
import type { MessageDetailView } from './messages-view.ts';
import { fromWireRecord, toWireFilter } from './messages-wire.ts';
import { OperatorError } from './operator-error.ts';
import type { ParticipantLogs } from './ports.ts';

const CALL_MS = 5_000;
/** A watch says at least once a second how far it has read; a process that stands still says nothing. */
const SILENCE_MS = 4_000;

/** Ten thousand messages and a decoded one of the largest size fit. Proxies from the environment are for the web. */
const CHANNEL_OPTIONS: ChannelOptions = {
  'grpc.max_receive_message_length': 64 * 1024 * 1024,
  'grpc.use_local_subchannel_pool': 1,
  'grpc.enable_http_proxy': 0,
  'grpc.service_config_disable_resolution': 1,
  'grpc.enable_channelz': 0,
};

interface Connection {
  readonly address: string;
  readonly client: ObserveServiceClient;
  users: number;
}

/** Reads the logs of other participants at their advertised addresses. Nothing is connected while nobody looks. */
export class GrpcParticipantLogs implements ParticipantLogs {
  readonly #cell: CellPort;
  readonly #silenceMs: number;
  readonly #connections = new Map<string, Connection>();

  constructor(cell: CellPort, { silenceMs = SILENCE_MS }: { readonly silenceMs?: number } = {}) {
    this.#cell = cell;
    this.#silenceMs = silenceMs;
  }

  /** Connections that are open now. */
  get connectionCount(): number {
    return this.#connections.size;
  }

  query(agentId: string, query: MessageQuery, signal: AbortSignal | undefined): Promise<QueriedMessages> {
    const { filter, limit, beforeSequence } = query;
    const request = { filter: toWireFilter(filter), limit, beforeSequence };
    return this.#call(agentId, signal, (client, then) =>
      client.queryMessages(request, new Metadata(), deadline(), (error, found) =>
        then(error, error ? undefined : { ...found, messages: found.messages.map(fromWireRecord) }),
      ),
    );
  }

  detail(agentId: string, sequence: number, signal: AbortSignal | undefined): Promise<MessageDetailView> {
    return this.#call(agentId, signal, (client, then) =>
      client.messageDetail({ sequence }, new Metadata(), deadline(), (error, found) => {
        if (error || found.message === undefined) {
          then(error ?? new Error('an answer without a message'), undefined);
          return;
        }
        const fields = parsed(found.fieldsJson);
        then(null, { message: fromWireRecord(found.message), fields, replyFields: parsed(found.replyFieldsJson) });
      }),
    );
  }

  countdowns(
    agentId: string,
    timerIds: readonly string[],
    signal: AbortSignal,
  ): Promise<readonly TimerCountdown[] | undefined> {
    return this.#call(agentId, signal, (client, then) =>
      client.countdowns({ timerIds: [...timerIds] }, new Metadata(), deadline(), (error, found) =>
        then(error, error || !found.isCounting ? undefined : found.countdowns),
      ),
    );
  }

  async *watch(
    agentId: string,
    filter: MessageFilter,
    from: LogPosition | undefined,
    signal: AbortSignal,
  ): AsyncGenerator<WatchedMessages, void, undefined> {
    const connection = this.#open(agentId);
    const request = { filter: toWireFilter(filter), afterSequence: from?.afterSequence, logId: from?.logId ?? '' };
    const stream = connection.client.watchMessages(request);
    let isSilent = false;
    let isWaiting = true;
    const cancel = (): void => stream.cancel();
    const silence = setTimeout(() => {
      // While the viewer is busy with what it got, nobody asks whether there is more.
      if (!isWaiting) return;
      isSilent = true;
      cancel();
    }, this.#silenceMs);
    if (signal.aborted) cancel();
    else signal.addEventListener('abort', cancel, { once: true });
    try {
      for await (const response of stream as AsyncIterable<WatchMessagesResponse>) {
        isWaiting = false;
        yield { ...response, messages: response.messages.map(fromWireRecord) };
        isWaiting = true;
        silence.refresh();
      }
      throw Object.assign(new Error(), { code: status.UNAVAILABLE, details: 'it ended the connection' });
    } catch (error) {
      if (signal.aborted) return;
      throw isSilent
        ? this.#unreachable(agentId, `silent for ${this.#silenceMs / 1_000} s`)
        : this.#failure(agentId, error);
    } finally {
      clearTimeout(silence);
      signal.removeEventListener('abort', cancel);
      // What was still on its way may yet fail, and nobody listens any more.
      stream.on('error', () => undefined);
      cancel();
      this.#release(agentId, connection);
    }
  }

  #call<Reply>(
    agentId: string,
    signal: AbortSignal | undefined,
    start: (
      client: ObserveServiceClient,
      then: (error: Error | null, reply: Reply | undefined) => void,
    ) => ClientUnaryCall,
  ): Promise<Reply> {
    const connection = this.#open(agentId);
    return new Promise<Reply>((resolve, reject) => {
      const call = start(connection.client, (error, reply) => {
        signal?.removeEventListener('abort', cancel);
        this.#release(agentId, connection);
        if (error === null) resolve(reply as Reply);
        else if (signal?.aborted) reject(new CellError('CANCELLED', 'nobody waits for the answer any more'));
        else reject(this.#failure(agentId, error));
      });
      const cancel = (): void => call.cancel();
      if (signal?.aborted) cancel();
      else signal?.addEventListener('abort', cancel, { once: true });
    });
  }

  /** @throws OperatorError when nobody knows where the participant listens */
  #open(agentId: string): Connection {
    const address = ADDRESSES.read(this.#cell.state, agentId)?.grpcAddress ?? '';
    if (address === '') throw this.#unreachable(agentId, 'the cell knows no address of it yet');
    const known = this.#connections.get(agentId);
    if (known?.address === address) {
      known.users += 1;
      return known;
    }
    const client = new ObserveServiceClient(address, credentials.createInsecure(), CHANNEL_OPTIONS);
    const connection = { address, client, users: 1 };
    this.#connections.set(agentId, connection);
    return connection;
  }

  #release(agentId: string, connection: Connection): void {
    connection.users -= 1;
    if (connection.users > 0) return;
    connection.client.close();
    // A participant that moved has another connection by now.
    if (this.#connections.get(agentId) === connection) this.#connections.delete(agentId);
  }

  #failure(agentId: string, error: unknown): Error {
    const { code, details } = error as Partial<ServiceError>;
    if (code === undefined) return error as Error;
    if (code === status.NOT_FOUND) return new OperatorError('NOT_FOUND', details ?? '');
    if (code === status.INVALID_ARGUMENT) return new CellError('INVALID_ARGUMENT', details ?? '');
    if (code === status.UNIMPLEMENTED) return this.#unreachable(agentId, 'its version cannot show its log to others');
    // What the transport says of a refused connection is for its developers.
    const isRefused = details?.startsWith('No connection established') === true;
    return this.#unreachable(agentId, isRefused ? 'nobody answers there' : (details ?? ''));
  }

  #unreachable(agentId: string, why: string): OperatorError {
    const record = ADDRESSES.read(this.#cell.state, agentId);
    const at = record === undefined ? '' : ` at ${record.grpcAddress}`;
    return new OperatorError(
      'PARTICIPANT_UNREACHABLE',
      `the log of ${record?.name || agentId}${at} cannot be read: ${why}`,
    );
  }
}

function deadline(): { deadline: number } {
  return { deadline: Date.now() + CALL_MS };
}

function parsed(json: string): unknown {
  return json === '' ? null : JSON.parse(json);
}
