import { performance } from 'node:perf_hooks';
import type { Base } from './consensus/io.ts';
import type { AgentId } from './consensus/types.ts';
import type { HostPorts } from './host/ports.ts';
import type { StateStore } from './machine/store.ts';
import type { Peers } from './peer/index.ts';
import type { Storage } from './storage/index.ts';

export interface ProductionPortsOptions {
  /** Runs work of the host; a failure in it ends the agent. */
  readonly run: (work: () => void) => void;
  readonly peers: Peers;
  readonly snapshots: SnapshotInstaller;
}

/** The world as a host sees it: Node's timers, the links to the peers, the state directory. */
export function productionPorts({ run, peers, snapshots }: ProductionPortsOptions): HostPorts {
  return {
    nowMs: () => performance.now(),
    wallMs: () => Date.now(),
    random: () => Math.random(),
    soon: (work) => {
      setImmediate(run, work);
    },
    after: (delayMs, work) => {
      const timer = setTimeout(run, delayMs, work);
      return () => clearTimeout(timer);
    },
    send: (to, message) => peers.send(to, message),
    afterSends: (work) => {
      peers.flush();
      // HTTP/2 writes to its socket in the next turn of the loop, before anything that is scheduled now.
      setImmediate(run, work);
    },
    fetchSnapshot: (from, then) => snapshots.fetch(from, (installed) => run(() => then(installed))),
  };
}

type ThenInstalled = (installed: { store: StateStore; base: Base } | undefined) => void;

/** Brings the state of another agent here. */
export class SnapshotInstaller {
  #storage: Storage | undefined;
  #peers: Peers | undefined;
  #warn: (text: string) => void;
  #fatal: (error: unknown) => void;
  #then: ThenInstalled | undefined;

  constructor(options: { warn: (text: string) => void; fatal: (error: unknown) => void }) {
    this.#warn = options.warn;
    this.#fatal = options.fatal;
  }

  connect(storage: Storage, peers: Peers): void {
    this.#storage = storage;
    this.#peers = peers;
  }

  /**
   * The state file was exchanged, and the store before it is closed: the host must go over to the new one before anything
   * else runs, so this comes from within the exchange and not from a promise of it.
   */
  switched(): void {
    const then = this.#then;
    this.#then = undefined;
    const storage = this.#storage as Storage;
    then?.({ store: storage.stateStore, base: storage.base });
  }

  fetch(from: AgentId, then: ThenInstalled): void {
    const storage = this.#storage as Storage;
    this.#then = then;
    const installed = this.#peers?.fetchSnapshot(from, (description) => {
      const receiver = storage.receiveSnapshot(description);
      return {
        write: (chunk) => receiver.write(chunk),
        finish: async () => {
          const outcome = await receiver.finish();
          if (outcome.kind === 'ignored') throw new Error(outcome.reason);
        },
        abort: () => receiver.abort(),
      };
    });
    installed?.catch((error: unknown) => {
      // Half exchanged: what this agent would say from here on rests on a closed file.
      if (this.#then === undefined) this.#fatal(error);
      else {
        this.#then = undefined;
        this.#warn(`no snapshot yet: ${error instanceof Error ? error.message : String(error)}`);
        then(undefined);
      }
    });
  }
}
