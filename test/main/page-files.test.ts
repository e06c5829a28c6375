/** Guards what the window's own scheme serves: the files of the page, under a strict policy, and nothing beside them. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { pageFile } from '../../src/main/page-files.ts';

const parent = mkdtempSync(join(tmpdir(), 'synod-page-'));
const folder = join(parent, 'page');
mkdirSync(join(folder, 'assets'), { recursive: true });
writeFileSync(join(folder, 'index.html'), '<!doctype html>');
writeFileSync(join(folder, 'assets', 'a.js'), 'export {}');
writeFileSync(join(folder, 'notes'), 'no type');
writeFileSync(join(parent, 'secret.js'), 'secret');
mkdirSync(join(parent, 'page-of-another'));
writeFileSync(join(parent, 'page-of-another', 'b.js'), 'secret');
afterAll(() => rmSync(parent, { recursive: true, force: true }));

const get = (path: string, method = 'GET', host = 'window.synod.invalid') =>
  pageFile(folder, { url: `synod-app://${host}${path}`, method });

describe('the page', () => {
  it('is served with its policy', async () => {
    const response = await get('/');
    expect(await response.text()).toBe('<!doctype html>');
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    const policy = response.headers.get('content-security-policy');
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("connect-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
  });

  it('has scripts that the browser accepts as scripts', async () => {
    expect((await get('/assets/a.js')).headers.get('content-type')).toBe('text/javascript; charset=utf-8');
  });

  it.each([
    '/../secret.js',
    '/%2e%2e/secret.js',
    '/..%2fsecret.js',
    '/assets/..%2f..%2fsecret.js',
    '/..%2fpage-of-another/b.js',
    '/%00',
    '/%zz',
    '/none.js',
    '/assets',
    '/notes',
  ])('has nothing at %s', async (path) => {
    const response = await get(path);
    expect(response.status).toBe(404);
    expect(await response.text()).toBe('');
  });

  it('is served to its own host only', async () => {
    expect((await get('/', 'GET', 'elsewhere')).status).toBe(404);
  });

  it('takes nothing', async () => {
    expect((await get('/', 'POST')).status).toBe(405);
  });
});
