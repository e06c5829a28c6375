import { app, protocol, type Session, type WebContents } from 'electron';
import { WINDOW_SCHEME } from '../contract/window.ts';
import { pageFile } from './page-files.ts';
import { isOurs } from './page-port.ts';

/** Before the app is ready: the scheme behaves like https, so that the page is a secure origin of its own. */
export function registerPageScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: WINDOW_SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ]);
  app.on('web-contents-created', (_event, contents) => confine(contents));
}

/** The page's files are the only thing this session ever loads. */
export function confineSession(session: Session, pageFolder: string): void {
  session.protocol.handle(WINDOW_SCHEME, (request) => pageFile(pageFolder, request));
  session.webRequest.onBeforeRequest(({ url }, answer) => answer({ cancel: !isLocal(url) }));
  // Copying an id or a command is a click of the person's; everything else that pages may ask for is denied.
  session.setPermissionRequestHandler((contents, permission, answer) =>
    answer(permission === 'clipboard-sanitized-write' && isOurs(contents.getURL())),
  );
  session.setPermissionCheckHandler(
    (contents, permission) =>
      permission === 'clipboard-sanitized-write' && contents !== null && isOurs(contents.getURL()),
  );
  session.setDevicePermissionHandler(() => false);
}

/** The page's own, what it made itself, and the developer tools'. */
function isLocal(url: string): boolean {
  return isOurs(url) || ['data:', 'blob:', 'devtools:'].some((scheme) => url.startsWith(scheme));
}

/** Whatever is opened in this app: it stays where it is, and opens nothing. */
function confine(contents: WebContents): void {
  contents.setWindowOpenHandler(() => ({ action: 'deny' }));
  contents.on('will-navigate', (event) => event.preventDefault());
  contents.on('will-redirect', (event) => event.preventDefault());
  contents.on('will-frame-navigate', (event) => event.preventDefault());
  contents.on('will-attach-webview', (event) => event.preventDefault());
}
