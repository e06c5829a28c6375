import type { BrowserWindow } from 'electron';
import { bringToFront, openWindow, showPanel, type WindowOptions } from './window.ts';

/** The window, which may be closed and opened again while the agent goes on. */
export class ShownPage {
  readonly #options: WindowOptions;
  readonly #closed: () => void;
  #window: BrowserWindow | undefined;
  #title = 'Synod';

  constructor(options: WindowOptions, closed: () => void) {
    this.#options = options;
    this.#closed = closed;
  }

  get window(): BrowserWindow | undefined {
    return this.#window;
  }

  /** Opens it, or brings it to the front. */
  show(): BrowserWindow {
    if (this.#window === undefined) {
      const window = openWindow(this.#options, this.#title);
      this.#window = window;
      window.on('closed', () => {
        this.#window = undefined;
        this.#closed();
      });
    } else {
      bringToFront(this.#window);
    }
    return this.#window;
  }

  /** Several apps side by side are told apart by the names of their agents. */
  setAgentName(name: string): void {
    const title = name === '' ? 'Synod' : `${name} · Synod`;
    if (title === this.#title) return;
    this.#title = title;
    this.#window?.setTitle(title);
  }

  showPanel(id: string): void {
    showPanel(this.show(), id);
  }
}
