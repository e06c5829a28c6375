import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { PAGE_FILE_TYPES, pageSecurityPolicy } from '../../../contract/page-files.ts';
import type { HttpExchange, HttpRoute } from '../http-routes.ts';
import { sendError } from '../http-server.ts';

const CONTENT_SECURITY_POLICY = pageSecurityPolicy("'self'");

/** The names of files of a build: no separators, nothing that starts with a dot. */
const FILE_NAME = /^[A-Za-z0-9_-][A-Za-z0-9._-]*$/;
const COMPRESSED_BYTES_MIN = 1_024;

/** The page, as it was built. The parts of its addresses that say what is shown come behind a `#`. */
export function pageRoutes(pageDir: string | undefined): HttpRoute[] {
  const files = pageDir === undefined ? undefined : new PageFiles(pageDir);
  const index = ({ request, response }: HttpExchange): Promise<void> =>
    files === undefined ? sayUnbuilt(response) : files.sendIndex(request, response);
  const asset = ({ request, response, url }: HttpExchange): Promise<void> =>
    files === undefined ? sayUnbuilt(response) : files.sendAsset(request, response, url.pathname);
  return [
    { method: 'GET', path: '/', isPage: true, handle: index },
    { method: 'GET', path: '/index.html', isPage: true, handle: index },
    { method: 'GET', path: '/assets/*', handle: asset },
  ];
}

interface PageFile {
  readonly type: string;
  readonly bytes: Buffer;
  readonly etag: string;
  /** By the name of the encoding; made when first asked for. */
  readonly encoded: Map<string, Promise<Buffer>>;
}

const ENCODINGS: Readonly<Record<string, (bytes: Buffer) => Promise<Buffer>>> = {
  br: (bytes) => promisify(brotliCompress)(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }),
  gzip: promisify(gzip),
};

class PageFiles {
  readonly #directory: string;
  /** Assets have the hash of their content in their name, so each is read once. */
  readonly #assets = new Map<string, PageFile>();
  #index: PageFile | undefined;

  constructor(directory: string) {
    this.#directory = directory;
  }

  async sendIndex(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const file = await this.#read('index.html');
    if (file === undefined) {
      await sayUnbuilt(response);
      return;
    }
    // Read again each time: it may have been built anew. What it was compressed to holds as long as it is the same.
    if (this.#index?.etag !== file.etag) this.#index = file;
    await send(request, response, this.#index, 'no-cache');
  }

  async sendAsset(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
    const name = path.slice('/assets/'.length);
    let file = this.#assets.get(name);
    if (file === undefined && FILE_NAME.test(name)) {
      file = await this.#read(join('assets', name));
      if (file !== undefined) this.#assets.set(name, file);
    }
    if (file === undefined) sendError(response, 404, 'NOT_FOUND', `there is nothing at ${path.slice(0, 200)}`);
    else await send(request, response, file, 'public, max-age=31536000, immutable');
  }

  async #read(name: string): Promise<PageFile | undefined> {
    try {
      const bytes = await readFile(join(this.#directory, name));
      const etag = `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`;
      return { type: PAGE_FILE_TYPES[extname(name)] ?? 'application/octet-stream', bytes, etag, encoded: new Map() };
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR') return undefined;
      throw error;
    }
  }
}

async function send(request: IncomingMessage, response: ServerResponse, file: PageFile, cache: string): Promise<void> {
  response.setHeader('content-security-policy', CONTENT_SECURITY_POLICY);
  response.setHeader('cross-origin-opener-policy', 'same-origin');
  response.setHeader('x-frame-options', 'DENY');
  response.setHeader('cache-control', cache);
  response.setHeader('etag', file.etag);
  response.setHeader('vary', 'accept-encoding');
  if (request.headers['if-none-match'] === file.etag) {
    response.writeHead(304).end();
    return;
  }
  const encoding = encodingFor(request, file);
  const bytes = encoding === undefined ? file.bytes : await encoded(file, encoding);
  if (encoding !== undefined) response.setHeader('content-encoding', encoding);
  response.writeHead(200, { 'content-type': file.type, 'content-length': bytes.length });
  response.end(bytes);
}

/** Fonts and pictures are compressed already. */
function encodingFor(request: IncomingMessage, { type, bytes }: PageFile): string | undefined {
  if (bytes.length < COMPRESSED_BYTES_MIN || /^(font|image\/(?!svg))/.test(type)) return undefined;
  const accepted = String(request.headers['accept-encoding'] ?? '').split(',');
  const names = accepted
    .map((item) => item.trim().split(';'))
    .filter(([, weight]) => !/q=0(\.0*)?$/.test(weight ?? ''));
  return Object.keys(ENCODINGS).find((encoding) => names.some(([name]) => name === encoding));
}

function encoded(file: PageFile, encoding: string): Promise<Buffer> {
  let bytes = file.encoded.get(encoding);
  if (bytes === undefined) {
    bytes = (ENCODINGS[encoding] as (typeof ENCODINGS)[string])(file.bytes);
    file.encoded.set(encoding, bytes);
  }
  return bytes;
}

async function sayUnbuilt(response: ServerResponse): Promise<void> {
  const text = 'The dashboard has not been built. In the repository of Synod: node tools/build.mjs\n';
  response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8', 'content-length': Buffer.byteLength(text) });
  response.end(text);
}
