import { EventEmitter } from 'node:events';
import { mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { closeChromium } from './chromium.ts';
import { takeLock } from './instance-lock.ts';
import { record } from './test-channel.ts';

const ROOT = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));

/** Of all windows, without importing them: they import this. */
export const windows = new Set<{ close(): void; destroy(): void }>();

interface PreventableEvent {
  defaultPrevented: boolean;
  preventDefault(): void;
}

export function preventable(): PreventableEvent {
  return {
    defaultPrevented: false,
    preventDefault() {
      this.defaultPrevented = true;
    },
  };
}

class App extends EventEmitter {
  readonly isPackaged = false;
  name = 'synod';
  readonly #paths = new Map<string, string>();
  readonly #ready = Promise.withResolvers<void>();
  #isReady = false;

  constructor() {
    super();
    // As in Electron: after the modules of the app have been loaded and run.
    setImmediate(() => {
      this.#isReady = true;
      this.#ready.resolve();
      this.emit('ready');
    });
  }

  isReady(): boolean {
    return this.#isReady;
  }

  whenReady(): Promise<void> {
    return this.#ready.promise;
  }

  setPath(name: string, path: string): void {
    this.#paths.set(name, path);
  }

  getPath(name: string): string {
    const path = this.#paths.get(name);
    if (path === undefined) throw new Error(`Failed to get '${name}' path`);
    return path;
  }

  getAppPath(): string {
    return ROOT;
  }

  getVersion(): string {
    return (JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string }).version;
  }

  enableSandbox(): void {
    if (this.#isReady) throw new Error('app.enableSandbox() can only be called before app is ready');
  }

  disableHardwareAcceleration(): void {
    if (this.#isReady) throw new Error('app.disableHardwareAcceleration() can only be called before app is ready');
  }

  setAsDefaultProtocolClient(scheme: string): boolean {
    record('protocolClient', { scheme });
    return true;
  }

  /** Also creates the folder, as Chromium does with its profile. */
  requestSingleInstanceLock(data: unknown): boolean {
    mkdirSync(this.getPath('userData'), { recursive: true });
    return takeLock(this.getPath('userData'), data, (theirs) => {
      void this.whenReady().then(() => this.emit('second-instance', preventable(), [], '', theirs));
    });
  }

  /** Asks the app, closes its windows, and ends. */
  quit(): void {
    void this.whenReady().then(async () => {
      const event = preventable();
      this.emit('before-quit', event);
      if (event.defaultPrevented) return;
      for (const window of windows) window.close();
      while (windows.size > 0) await delay(5);
      this.emit('will-quit', preventable());
      this.exit(0);
    });
  }

  exit(code = 0): void {
    void closeChromium().finally(() => process.exit(code));
  }
}

export const app = new App();
