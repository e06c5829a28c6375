import { EventEmitter } from 'node:events';
import { record } from './test-channel.ts';

interface MenuTemplate {
  readonly label?: string;
  readonly role?: string;
  readonly click?: () => void;
  readonly enabled?: boolean;
  readonly submenu?: readonly MenuTemplate[];
}

interface MenuItem extends Omit<MenuTemplate, 'submenu'> {
  readonly submenu?: Menu;
}

export class Menu {
  static #application: Menu | undefined;
  readonly items: readonly MenuItem[];

  private constructor(items: readonly MenuItem[]) {
    this.items = items;
  }

  static buildFromTemplate(template: readonly MenuTemplate[]): Menu {
    return new Menu(
      template.map(({ submenu, ...item }) => ({
        ...item,
        ...(submenu === undefined ? {} : { submenu: Menu.buildFromTemplate(submenu) }),
      })),
    );
  }

  static setApplicationMenu(menu: Menu): void {
    Menu.#application = menu;
  }

  static getApplicationMenu(): Menu | undefined {
    return Menu.#application;
  }
}

interface StandInImage {
  addRepresentation(representation: { readonly scaleFactor: number; readonly buffer: Buffer }): void;
  toPNG(): Buffer;
}

function image(pixels: Buffer = Buffer.alloc(0)): StandInImage {
  return { addRepresentation: () => undefined, toPNG: () => pixels };
}

export const nativeImage = {
  createEmpty: () => image(),
  createFromBitmap(
    pixels: Buffer,
    { width, height }: { readonly width: number; readonly height: number },
  ): StandInImage {
    if (pixels.length !== width * height * 4) throw new Error('invalid buffer size');
    return image(pixels);
  },
};

export class Tray extends EventEmitter {
  setImage(): void {}

  setToolTip(text: string): void {
    record('tray', { toolTip: text });
  }

  setContextMenu(menu: Menu): void {
    record('tray', { labels: menu.items.map(({ label }) => label ?? '') });
  }

  destroy(): void {}
}

export class Notification extends EventEmitter {
  readonly #options: Readonly<Record<string, unknown>>;

  constructor(options: Readonly<Record<string, unknown>>) {
    super();
    this.#options = options;
  }

  static isSupported(): boolean {
    return true;
  }

  show(): void {
    record('notification', this.#options);
  }
}

export const shell = {
  async openExternal(url: string): Promise<void> {
    record('external', { url });
  },
};

export const dialog = {
  async showMessageBox(options: Readonly<Record<string, unknown>>): Promise<{ response: number }> {
    record('dialog', options);
    return { response: 0 };
  },
  showErrorBox(title: string, content: string): void {
    record('dialog', { title, content });
  },
};

const display = { id: 1, workArea: { x: 0, y: 0, width: 1920, height: 1040 } };
export const screen = { getPrimaryDisplay: () => display, getAllDisplays: () => [display] };
export const nativeTheme = { shouldUseDarkColors: false };
export const powerMonitor = new EventEmitter();
