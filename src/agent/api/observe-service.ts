import type {
  Server,
  ServerUnaryCall,
  ServerWritableStream,
  sendUnaryData,
  UntypedServiceImplementation,
} from '@grpc/grpc-js';
import {
  CountdownsRequest,
  CountdownsResponse,
  MessageDetailRequest,
  MessageDetailResponse,
  ObserveServiceService,
  QueryMessagesRequest,
  QueryMessagesResponse,
  WatchMessagesRequest,
  WatchMessagesResponse,
} from '../../gen/synod/v1/observe.ts';
import type { CellPort } from '../host/cell-port.ts';
import type { RpcLog } from '../observe/index.ts';
import { encodeMessage, type MessageType } from './encoding.ts';
import { invalid } from './errors.ts';
import { FailureReporter } from './failures.ts';
import { noSuchMessage } from './operator/messages.ts';
import { queryLog, watchLog } from './operator/messages-log.ts';
import { messageDetailView } from './operator/messages-view.ts';
import { fromWireFilter, toWireRecord } from './operator/messages-wire.ts';
import { rawDefinition } from './raw-definition.ts';
import { decodeRequest } from './unary-call.ts';

export const OBSERVE_SERVICE_NAME = 'synod.v1.ObserveService';

export interface ObserveServicePorts {
  readonly rpcLog: RpcLog;
  readonly cell: CellPort;
  readonly onBug: (error: Error, where: string) => void;
}

const LIMIT_MAX = 10_000;

/**
 * The log of messages, and what the leader counts, for other agents of the cell. No call of it is recorded: whoever looks at a log must not fill it,
 * nor that of the agent which is asked.
 *
 * @returns ends all watches: the agent is shutting down
 */
export function addObserveService(server: Server, { rpcLog, cell, onBug }: ObserveServicePorts): () => void {
  const over = new AbortController();
  const failures = new FailureReporter(cell, onBug);
  const implementation: UntypedServiceImplementation = {
    queryMessages: unary(failures, 'QueryMessages', QueryMessagesRequest, QueryMessagesResponse, (request) => {
      const { limit, beforeSequence } = request;
      if (limit < 1 || limit > LIMIT_MAX) throw invalid(`limit is between 1 and ${LIMIT_MAX}, this is ${limit}`);
      const found = queryLog(rpcLog, { filter: fromWireFilter(request.filter), limit, beforeSequence });
      return { ...found, messages: found.messages.map(toWireRecord) };
    }),
    messageDetail: unary(failures, 'MessageDetail', MessageDetailRequest, MessageDetailResponse, ({ sequence }) => {
      const detail = rpcLog.detail(sequence);
      if (detail === undefined) throw noSuchMessage(sequence);
      const { message, fields, replyFields } = messageDetailView(detail);
      return {
        message: toWireRecord(message),
        fieldsJson: fields === null ? '' : JSON.stringify(fields),
        replyFieldsJson: replyFields === null ? '' : JSON.stringify(replyFields),
      };
    }),
    countdowns: unary(failures, 'Countdowns', CountdownsRequest, CountdownsResponse, ({ timerIds }) => {
      const countdowns = cell.countdowns(timerIds);
      return { isCounting: countdowns !== undefined, countdowns: [...(countdowns ?? [])] };
    }),
    watchMessages: (stream: ServerWritableStream<Buffer, Buffer>): void => {
      tellMessages(stream, rpcLog, over.signal).catch((error: unknown) => {
        stream.emit('error', failures.statusOf(error, 'WatchMessages'));
      });
    },
  };
  server.addService(rawDefinition(ObserveServiceService), implementation);
  return () => over.abort();
}

/** @throws CellError when the request is none */
async function tellMessages(
  stream: ServerWritableStream<Buffer, Buffer>,
  rpcLog: RpcLog,
  shutdown: AbortSignal,
): Promise<void> {
  const request = decodeRequest(WatchMessagesRequest, stream.request);
  const { afterSequence, logId } = request;
  const viewer = new AbortController();
  const signal = AbortSignal.any([viewer.signal, shutdown]);
  const gone = new Promise<void>((resolve) => {
    stream.on('cancelled', () => {
      viewer.abort();
      resolve();
    });
  });
  const from = afterSequence === undefined ? undefined : { afterSequence, logId };
  for await (const batch of watchLog(rpcLog, fromWireFilter(request.filter), from, signal)) {
    const response: WatchMessagesResponse = { ...batch, messages: batch.messages.map(toWireRecord) };
    // The next batch is taken when this one has left: until then the log is the only buffer.
    const written = new Promise<void>((resolve) => {
      stream.write(encodeMessage(WatchMessagesResponse, response), () => resolve());
    });
    await Promise.race([written, gone]);
  }
  stream.end();
}

function unary<Request, Response>(
  failures: FailureReporter,
  name: string,
  requestType: MessageType<Request>,
  responseType: MessageType<Response>,
  handle: (request: Request) => Response,
) {
  return (call: ServerUnaryCall<Buffer, Buffer>, respond: sendUnaryData<Buffer>): void => {
    let reply: Buffer;
    try {
      reply = encodeMessage(responseType, handle(decodeRequest(requestType, call.request)));
    } catch (error) {
      respond(failures.statusOf(error, name));
      return;
    }
    respond(null, reply);
  };
}
