// Guards a hole of SQLite under `fs`: closing any descriptor of a live database drops SQLite's locks on it, so none is ever opened.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { openRaw, readRaw, writeRaw } from '../../src/agent/storage/raw-file.ts';

it('refuses to open a database or its shared memory', () => {
  for (const name of ['log.db', 'state-3.db', 'lock.db', 'log.db-shm', 'state-1.db-shm']) {
    const path = join('/nonexistent', name);
    for (const work of [() => openRaw(path, 'r'), () => readRaw(path), () => writeRaw(path, 'x')]) {
      expect(work).toThrow(/must not be opened beside it/);
    }
  }
});

it('is the only file of storage that opens files', () => {
  const folder = fileURLToPath(new URL('../../src/agent/storage', import.meta.url));
  const opens =
    /\b(openSync|readFileSync|writeFileSync|appendFileSync|createReadStream|createWriteStream|copyFileSync)\b/;
  const offenders = readdirSync(folder).filter((name) => {
    const source = readFileSync(join(folder, name), 'utf8');
    return name !== 'raw-file.ts' && (opens.test(source) || source.includes('fs/promises'));
  });
  expect(offenders).toEqual([]);
});
