import type { Server } from '@grpc/grpc-js';
import { HealthImplementation } from 'grpc-health-check';
import type { CellPort } from '../host/cell-port.ts';

/**
 * The standard health service. The server as a whole (the empty name) is serving while it answers at all: LOCAL reads
 * work without a majority. The service that programs use is serving while writes are accepted.
 */
export class Health {
  readonly #health = new HealthImplementation();
  readonly #service: string;
  readonly #unsubscribe: () => void;

  constructor(cell: CellPort, service: string) {
    this.#service = service;
    this.#health.setStatus('', 'SERVING');
    this.#update(cell.status().writable);
    this.#unsubscribe = cell.onStatus(({ writable }) => this.#update(writable));
  }

  addTo(server: Server): void {
    this.#health.addToServer(server);
  }

  stop(): void {
    this.#unsubscribe();
    this.#health.setStatus('', 'NOT_SERVING');
    this.#health.setStatus(this.#service, 'NOT_SERVING');
  }

  #update(writable: boolean): void {
    this.#health.setStatus(this.#service, writable ? 'SERVING' : 'NOT_SERVING');
  }
}
