import { readFile } from 'node:fs/promises';
import { extname, join, normalize, sep } from 'node:path';
import { PAGE_FILE_TYPES, pageSecurityPolicy } from '../contract/page-files.ts';
import { WINDOW_HOST } from '../contract/window.ts';

/** What the page asks of the agent goes over its port. */
export const CONTENT_SECURITY_POLICY = pageSecurityPolicy("'none'");

/** Answers a request of the window with a file below `folder`. */
export async function pageFile(
  folder: string,
  request: { readonly url: string; readonly method: string },
): Promise<Response> {
  const url = new URL(request.url);
  if (request.method !== 'GET' && request.method !== 'HEAD') return refused(405);
  if (url.host !== WINDOW_HOST) return refused(404);
  const path = pathBelow(folder, url.pathname);
  const type = path === undefined ? undefined : PAGE_FILE_TYPES[extname(path)];
  if (path === undefined || type === undefined) return refused(404);
  try {
    const body = new Uint8Array(await readFile(path));
    return new Response(body, { headers: { 'content-type': type, ...GUARDS } });
  } catch {
    return refused(404);
  }
}

const GUARDS = {
  'content-security-policy': CONTENT_SECURITY_POLICY,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-cache',
} as const;

function refused(status: number): Response {
  return new Response(null, { status, headers: GUARDS });
}

function pathBelow(folder: string, pathname: string): string | undefined {
  try {
    const name = decodeURIComponent(pathname === '/' ? '/index.html' : pathname);
    if (name.includes('\0')) return undefined;
    const path = normalize(join(folder, name));
    return path.startsWith(folder + sep) ? path : undefined;
  } catch {
    return undefined;
  }
}
