import { Menu, type MenuItemConstructorOptions } from 'electron';

/** In the order of the sidebar; a test holds the two lists together. */
export const MENU_PANELS: readonly { readonly id: string; readonly title: string }[] = [
  { id: 'overview', title: 'Overview' },
  { id: 'participants', title: 'Participants' },
  { id: 'keys', title: 'Keys' },
  { id: 'requests', title: 'Requests' },
  { id: 'messages', title: 'Messages' },
  { id: 'journal', title: 'Journal' },
  { id: 'locks', title: 'Locks' },
  { id: 'elections', title: 'Elections' },
  { id: 'barriers', title: 'Barriers' },
  { id: 'proposals', title: 'Proposals' },
  { id: 'queues', title: 'Queues' },
  { id: 'lab', title: 'Lab' },
  { id: 'runtime', title: 'Runtime' },
  { id: 'settings', title: 'Settings' },
];

/** The page has a digit for each of the first nine. */
const DIGITS = 9;

export interface MenuActions {
  showPanel(id: string): void;
  showAbout(): void;
  openDashboard(): void;
}

export function buildMenu(
  { showPanel, showAbout, openDashboard }: MenuActions,
  { isMac, devTools }: { readonly isMac: boolean; readonly devTools: boolean },
): Menu {
  const panels = MENU_PANELS.map(({ id, title }, index) => ({
    label: title,
    // The page handles the keys itself, so that they work in the dashboard too.
    ...(index < DIGITS ? { accelerator: `CommandOrControl+${index + 1}`, registerAccelerator: false } : {}),
    click: () => showPanel(id),
  }));
  const view: MenuItemConstructorOptions[] = [
    ...panels,
    { type: 'separator' },
    { role: 'resetZoom' },
    { role: 'zoomIn' },
    { role: 'zoomOut' },
    { type: 'separator' },
    { role: 'togglefullscreen' },
    ...(devTools ? [{ role: 'reload' } as const, { role: 'toggleDevTools' } as const] : []),
  ];
  const about = { label: 'About Synod', click: showAbout };
  return Menu.buildFromTemplate([
    ...(isMac ? [appMenu(about)] : []),
    { label: 'File', submenu: [{ role: 'close' }, ...(isMac ? [] : [{ role: 'quit' } as const])] },
    { role: 'editMenu' },
    { label: 'View', submenu: view },
    { role: 'windowMenu' },
    {
      role: 'help',
      submenu: [{ label: 'Open This Agent in the Browser', click: openDashboard }, ...(isMac ? [] : [about])],
    },
  ]);
}

function appMenu(about: MenuItemConstructorOptions): MenuItemConstructorOptions {
  return {
    role: 'appMenu',
    submenu: [
      about,
      { type: 'separator' },
      { role: 'hide' },
      { role: 'hideOthers' },
      { role: 'unhide' },
      { type: 'separator' },
      { role: 'quit' },
    ],
  };
}
