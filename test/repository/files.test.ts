/** Guards the size of files, that none names a package registry, and that versions are exact. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checkFiles, fileViolations } from '../../tools/check-files.ts';
import { ROOT } from '../../tools/source-files.ts';

test('the repository keeps to the rules', () => {
  expect(checkFiles(ROOT)).toEqual([]);
});

test('a long file is found, unless it is on the list', () => {
  const text = 'x\n'.repeat(351);
  expect(fileViolations('src/planted.ts', text)).toEqual([
    'src/planted.ts:351: 351 lines, more than 350: give its concerns a file each',
  ]);
  expect(fileViolations('src/planted.ts', 'x\n'.repeat(350))).toEqual([]);
  expect(fileViolations('package-lock.json', text)).toEqual([]);
});

test('a registry is found', () => {
  const host = ['registry', 'npmjs', 'org'].join('.');
  expect(fileViolations('docs/planted.md', `a\nsee https://${host}/x\n`)).toEqual([
    `docs/planted.md:2: names the package registry ${host}`,
  ]);
});

test('every dependency has an exact version, and is explained', () => {
  const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Record<
    string,
    Record<string, string>
  >;
  const explained = readFileSync(join(ROOT, 'docs/dependencies.md'), 'utf8');
  const versions = { ...manifest.dependencies, ...manifest.devDependencies };
  for (const [name, version] of Object.entries(versions)) {
    expect(`${name} ${version}`).toMatch(/ \d+\.\d+\.\d+$/);
    expect(explained).toContain(`\`${name}\``);
  }
});

test('the lock file has the optional packages of every platform: npm ci fails without them', () => {
  const lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
    readonly packages: Record<string, { readonly optionalDependencies?: Record<string, string> }>;
  };
  const names = new Set(Object.keys(lock.packages).map((path) => path.split('node_modules/').at(-1)));
  const wanted = Object.values(lock.packages).flatMap(({ optionalDependencies }) =>
    Object.keys(optionalDependencies ?? {}),
  );
  expect(wanted.filter((name) => !names.has(name))).toEqual([]);
});
