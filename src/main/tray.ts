import { Menu, type NativeImage, nativeImage, Tray } from 'electron';
import type { CellGlimpse } from './cell-glimpse.ts';
import { trayBitmap } from './tray-icon.ts';

export interface TrayActions {
  open(): void;
  quit(): void;
}

const SIZE_PX = 16;

/** The cell's health while no window is looked at. */
export class HealthTray {
  readonly #tray: Tray;
  readonly #actions: TrayActions;
  #shown = '';

  constructor(actions: TrayActions) {
    this.#actions = actions;
    this.#tray = new Tray(image('starting'));
    this.#tray.on('click', actions.open);
    this.#show('starting', 'Synod', ['No agent is running yet']);
  }

  update({ level, sentence, name, leader }: CellGlimpse): void {
    const leads = leader === '' ? 'No leader' : leader === name ? `${leader} leads (this agent)` : `${leader} leads`;
    this.#show(level, name === '' ? 'Synod' : `Synod: ${name}`, [sentence, leads]);
  }

  stopped(message: string): void {
    this.#show('read_only', 'Synod', [message]);
  }

  close(): void {
    this.#tray.destroy();
  }

  /** Menus and images are rebuilt by the system each time: only for something new. */
  #show(level: CellGlimpse['level'], title: string, lines: readonly string[]): void {
    const text = [title, ...lines].join('\n');
    if (`${level}${text}` === this.#shown) return;
    this.#shown = `${level}${text}`;
    this.#tray.setImage(image(level));
    this.#tray.setToolTip(text);
    this.#tray.setContextMenu(
      Menu.buildFromTemplate([
        ...lines.map((label) => ({ label, enabled: false })),
        { type: 'separator' },
        { label: 'Open Synod', click: this.#actions.open },
        { label: 'Quit', click: this.#actions.quit },
      ]),
    );
  }
}

function image(level: CellGlimpse['level']): NativeImage {
  const image = nativeImage.createEmpty();
  for (const scaleFactor of [1, 2, 3]) {
    const { pixels, sizePx } = trayBitmap(level, SIZE_PX * scaleFactor);
    image.addRepresentation({ scaleFactor, width: sizePx, height: sizePx, buffer: pngOf(pixels, sizePx) });
  }
  return image;
}

/** `addRepresentation` takes encoded images; Electron encodes them itself. */
function pngOf(pixels: Buffer, sizePx: number): Buffer {
  return nativeImage.createFromBitmap(pixels, { width: sizePx, height: sizePx }).toPNG();
}
