import { Metadata, Server, ServerCredentials, type ServiceError, status } from '@grpc/grpc-js';
import {
  type BatchOperation,
  type BatchResult,
  type CallsRequest,
  ErrorDetail,
  type KeyValue,
  type RenewRequest,
  type UserServiceServer,
  UserServiceService,
  WatchEventKind,
  type WatchResponse,
  WriteResponse,
} from '../../src/gen/synod/v1/user.ts';
import { StubStore } from './stub-store.ts';
import { streamed } from './stub-streamed-call.ts';
import { streamedWatches } from './stub-streamed-watch.ts';

/** What a stubbed agent does with the next calls of a method, before it is itself again. */
export type Fault =
  /** The answer is lost after the effect. */
  | { readonly kind: 'dropAnswer' }
  | { readonly kind: 'refuse'; readonly detail: Partial<ErrorDetail> }
  /** Neither effect nor answer. */
  | { readonly kind: 'silence' };

/** Agents that share one store in memory and serve it over gRPC: a cell without consensus, to test clients against. */
export class StubCell {
  readonly store = new StubStore();
  readonly agents: StubAgent[] = [];

  static async start(size: number): Promise<StubCell> {
    const cell = new StubCell();
    for (let index = 0; index < size; index++) cell.agents.push(await StubAgent.start(cell.store, index));
    return cell;
  }

  get endpoints(): string[] {
    return this.agents.map(({ address }) => address);
  }

  stop(): void {
    for (const agent of this.agents) agent.kill();
  }
}

export class StubAgent {
  readonly store: StubStore;
  readonly name: string;
  address = '';
  /** Requests of each method, in order of arrival. */
  readonly calls: { readonly method: string; readonly request: unknown }[] = [];
  /** Streams of calls that are open. */
  callStreams = 0;
  /** Streams of watches that are open. */
  watchStreams = 0;
  /** Messages with calls in them. */
  callMessages = 0;
  readonly #faults = new Map<string, Fault[]>();
  readonly #server = new Server({ 'grpc.max_concurrent_streams': 1_000 });
  readonly #handlers: UserServiceServer;

  private constructor(store: StubStore, index: number) {
    this.store = store;
    this.name = ['Ada', 'Bruno', 'Clara', 'Dino', 'Elsa'][index]!;
    this.#handlers = this.#service();
  }

  static async start(store: StubStore, index: number): Promise<StubAgent> {
    const agent = new StubAgent(store, index);
    agent.#server.addService(UserServiceService, agent.#handlers);
    const port = await new Promise<number>((resolve, reject) => {
      agent.#server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) => {
        if (error) reject(error);
        else resolve(bound);
      });
    });
    agent.address = `127.0.0.1:${port}`;
    return agent;
  }

  /** The next call of this method meets the fault. */
  fault(method: string, fault: Fault): void {
    this.#faults.set(method, [...(this.#faults.get(method) ?? []), fault]);
  }

  count(method: string): number {
    return this.calls.filter((call) => call.method === method).length;
  }

  kill(): void {
    this.#server.forceShutdown();
  }

  #next(method: string, request: unknown): Fault | undefined {
    this.calls.push({ method, request });
    return this.#faults.get(method)?.shift();
  }

  #unary<Request, Response>(method: string, answer: (request: Request) => Response) {
    return (
      call: { readonly request: Request },
      callback: (error: ServiceError | Partial<ServiceError> | null, response?: Response) => void,
    ): void => {
      const fault = this.#next(method, call.request);
      if (fault?.kind === 'silence') return;
      if (fault?.kind === 'refuse') {
        callback(refusal(fault.detail));
        return;
      }
      try {
        const response = answer(call.request);
        if (fault?.kind === 'dropAnswer') callback({ code: status.UNAVAILABLE, details: 'Connection dropped' });
        else callback(null, response);
      } catch (error) {
        callback(refusal(error as Partial<ErrorDetail>));
      }
    };
  }

  #service(): UserServiceServer {
    const store = this.store;
    const position = () => ({ slot: store.slot, revision: store.revision });
    return {
      read: this.#unary('read', (request) => ({ item: store.get(request.key, request.revision), ...position() })),
      readPrefix: this.#unary('readPrefix', (request) => store.page(request)),
      listLevel: this.#unary('listLevel', (request) => store.level(request)),
      put: this.#unary('put', (request) => store.once(request.options, () => store.put(request))),
      delete: this.#unary('delete', (request) => store.once(request.options, () => store.delete(request))),
      deleteRange: this.#unary('deleteRange', (request) =>
        store.once(request.options, () => store.deleteRange(request)),
      ),
      compareAndWrite: this.#unary('compareAndWrite', (request) =>
        store.once(request.options, () => store.compareAndWrite(request)),
      ),
      transact: this.#unary('transact', (request) => store.once(request.options, () => store.transact(request))),
      compact: this.#unary('compact', (request) => store.once(request.options, () => store.compact(request.floor))),
      history: this.#unary('history', (request) => store.history(request)),
      openSession: this.#unary('openSession', (request) => {
        store.openSession(request.sessionId);
        return { sessionId: request.sessionId, ttlMs: request.ttlMs, slot: ++store.slot };
      }),
      endSession: this.#unary('endSession', (request) => {
        store.sessions.delete(request.sessionId);
        return WriteResponse.fromPartial({ succeeded: true, slot: ++store.slot });
      }),
      grantLease: this.#unary('grantLease', (request) => {
        store.once(request.options, () => store.grantLease(request.leaseId));
        return { leaseId: request.leaseId, ttlMs: request.ttlMs, slot: store.slot };
      }),
      revokeLease: this.#unary('revokeLease', (request) =>
        store.once(request.options, () => store.revokeLease(request.leaseId)),
      ),
      calls: (stream) => {
        this.callStreams += 1;
        stream.on('data', ({ calls }: CallsRequest) => {
          this.callMessages += 1;
          for (const { id, method, request, cancel } of calls)
            if (!cancel) streamed(stream, this.#handlers, id, method, request);
        });
        stream.on('end', () => {
          this.callStreams -= 1;
          stream.end();
        });
      },
      batch: (call) => {
        call.on('data', ({ operations }: { operations: BatchOperation[] }) => {
          const fault = this.#next('batch', operations);
          if (fault?.kind === 'silence') return;
          const results = operations.map((operation) => this.#operate(operation, fault));
          if (fault?.kind === 'dropAnswer') {
            call.emit('error', { code: status.UNAVAILABLE, details: 'Connection dropped' });
          } else {
            call.write({ results: results.reverse() });
          }
        });
        call.on('end', () => call.end());
      },
      watch: (call) => {
        const fault = this.#next('watch', call.request);
        if (fault?.kind === 'refuse') return call.emit('error', refusal(fault.detail));
        const { prefix, start, end, fromRevision } = call.request;
        if (fromRevision < store.floor) {
          const message = `revisions below ${store.floor} were compacted`;
          return call.emit('error', refusal({ code: 11, reason: 'COMPACTED', floor: store.floor, message }));
        }
        let sent = Math.max(0, fromRevision - 1);
        const matches = (key: Buffer) =>
          prefix.length > 0
            ? key.subarray(0, prefix.length).equals(prefix)
            : end.length === 0
              ? key.equals(start)
              : key.compare(start) >= 0 && key.compare(end) < 0;
        const deliver = () => {
          for (const { revision, slot, changes } of store.journal.filter((entry) => entry.revision > sent)) {
            sent = revision;
            const events = changes
              .filter(({ record }) => matches(record.key))
              .map(({ kind, record }) => ({
                kind: kind === 'delete' ? WatchEventKind.DELETE : WatchEventKind.PUT,
                item: record,
                previous: undefined,
                slot,
                stampMs: 0,
              }));
            call.write({ events, revision, slot } satisfies WatchResponse);
          }
        };
        deliver();
        const stop = store.onChange(deliver);
        call.on('cancelled', stop);
        call.on('close', stop);
      },
      watches: (stream) => {
        this.watchStreams += 1;
        stream.on('cancelled', () => {
          this.watchStreams -= 1;
        });
        streamedWatches(stream, this.#handlers);
      },
      renew: (call) => {
        call.on('data', (request: RenewRequest) => {
          if (this.#next('renew', request)?.kind === 'silence') return;
          const item = (id: string, isSession: boolean, renewed: boolean) => ({
            ...{ id, isSession, renewed, ttlMs: 0 },
            ...{ lockTicket: 0, advisedTtlMs: 0, timerId: '' },
          });
          const items = [
            ...request.sessionIds.map((id) => item(id, true, store.sessions.has(id))),
            ...request.leaseIds.map((id) => item(id, false, store.leases.has(id))),
          ];
          call.write({ id: request.id, items });
        });
        call.on('end', () => call.end());
      },
      members: this.#unary('members', () => ({
        cellId: 'c0ffee00-0000-4000-8000-000000000000',
        epoch: 3,
        leader: 'Ada',
        members: ['Ada', 'Bruno', 'Clara'].map((name, index) => ({
          agentId: `${index}`.repeat(8),
          name,
          role: 'voter',
          state: index === 0 ? 'leader' : 'follower',
          suspect: index === 2,
          grpcAddress: `127.0.0.1:${50101 + index}`,
          httpAddress: `127.0.0.1:${8081 + index}`,
          labels: { region: 'west' },
          version: '0.1.0',
          chosenThrough: store.slot,
          applied: store.slot,
          roundTripMs: 0.4,
          lastHeardMs: 12,
          uptimeMs: 61_000,
          pin: '',
        })),
        slot: store.slot,
      })),
      changeMembers: this.#unary('changeMembers', () => ({ epoch: 4, slot: ++store.slot, leader: 'Ada' })),
      status: this.#unary('status', () => ({
        agentId: '00000000',
        name: this.name,
        cellId: 'c0ffee00-0000-4000-8000-000000000000',
        version: '0.1.0',
        state: 'leader',
        ballot: { round: 7, agentId: '00000000' },
        leader: 'Ada',
        epoch: 3,
        chosenThrough: store.slot,
        applied: store.slot,
        revision: store.revision,
        revisionFloor: store.floor,
        journalFloor: 1,
        journalEnd: store.slot,
        writable: true,
        unwritableReason: '',
        unwritableSinceMs: 0,
        uptimeMs: 61_000,
        pid: 1,
        grpcAddress: this.address,
        httpAddress: '',
        stateDir: '/tmp/none',
        stateSizeBytes: 1_000,
        journalSizeBytes: 2_000,
      })),
      saveSnapshot: (call) => {
        const data = Buffer.from('the state of a cell');
        const fault = this.#next('saveSnapshot', call.request);
        const checksum = fault ? Buffer.alloc(32) : this.store.digest(data);
        call.write({ data: data.subarray(0, 8), slot: store.slot, sizeBytes: data.length, checksum, cellId: 'c0ffee' });
        call.write({ data: data.subarray(8), slot: 0, sizeBytes: 0, checksum: Buffer.alloc(0), cellId: '' });
        call.end();
      },
      shutdown: this.#unary('shutdown', () => ({ name: this.name })),
    };
  }

  #operate({ id, kind }: BatchOperation, fault: Fault | undefined): BatchResult {
    if (fault?.kind === 'refuse') {
      return { id, kind: { $case: 'error', value: ErrorDetail.fromPartial(fault.detail) } };
    }
    const { store } = this;
    try {
      switch (kind?.$case) {
        case 'put':
          return written(
            id,
            store.once(kind.value.options, () => store.put(kind.value)),
          );
        case 'delete':
          return written(
            id,
            store.once(kind.value.options, () => store.delete(kind.value)),
          );
        case 'compareAndWrite':
          return written(
            id,
            store.once(kind.value.options, () => store.compareAndWrite(kind.value)),
          );
        case 'transact':
          return written(
            id,
            store.once(kind.value.options, () => store.transact(kind.value)),
          );
        default: {
          const item: KeyValue | undefined = kind ? store.get(kind.value.key, 0) : undefined;
          return { id, kind: { $case: 'read', value: { item, slot: store.slot, revision: store.revision } } };
        }
      }
    } catch (error) {
      return { id, kind: { $case: 'error', value: ErrorDetail.fromPartial(error as Partial<ErrorDetail>) } };
    }
  }
}

function written(id: number, value: WriteResponse): BatchResult {
  return { id, kind: { $case: 'write', value } };
}

function refusal(detail: Partial<ErrorDetail>): Partial<ServiceError> {
  const metadata = new Metadata();
  const full = ErrorDetail.fromPartial({ effect: 'not_done', ...detail });
  metadata.set('synod-error-bin', Buffer.from(ErrorDetail.encode(full).finish()));
  return { code: full.code || status.FAILED_PRECONDITION, details: full.message, metadata };
}
