/** What holds for the files of the page wherever they are served: by an agent over HTTP, and by the app to its window. */
export const PAGE_FILE_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.woff': 'font/woff',
  '.wasm': 'application/wasm',
  '.txt': 'text/plain; charset=utf-8',
};

/**
 * Nothing from elsewhere, nothing inline but styles, nothing embedded: a value that looks like a page stays a value.
 *
 * @param connections `'self'` where the page asks its agent over HTTP, `'none'` where it has a port for that
 */
export function pageSecurityPolicy(connections: "'self'" | "'none'"): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    // Positions and sizes of rows, charts and floating parts are set as inline styles.
    "style-src 'self' 'unsafe-inline'",
    "font-src 'self'",
    "img-src 'self' data:",
    `connect-src ${connections}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}
