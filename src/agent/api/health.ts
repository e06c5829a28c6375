import type { Server } from '@grpc/grpc-js';
import { HealthImplementation } from 'grpc-health-check';
import type { CellPort } from '../host/cell-port.ts';

/**
 * The standard health service. The server as a whole (the empty name) is serving while it answers at all: LOCAL reads
 * work without a majority. The services that programs use are serving while writes are accepted.
 */
export class Health {
  readonly #health = new HealthImplementation();
  readonly #services: readonly string[];
  readonly #unsubscribe: () => void;

  constructor(cell: CellPort, services: readonly string[]) {
    this.#services = services;
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
    this.#update(false);
  }

  #update(writable: boolean): void {
    for (const service of this.#services) this.#health.setStatus(service, writable ? 'SERVING' : 'NOT_SERVING');
  }
}
