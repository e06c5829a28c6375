import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, repositoryFiles } from './source-files.ts';

const LINES_MAX = 350;

/** Longer, and rightly so. Lock files are machine-made; the definitions of an API are read as one. */
const LONG: ReadonlySet<string> = new Set([
  'package-lock.json',
  'proto/synod/v1/user.proto',
  'proto/synod/v1/peer.proto',
]);

/** Packages come from whatever registry the machine is set up for. In parts, so that this file does not name one itself. */
const REGISTRY_HOSTS = [
  ['registry', 'npmjs', 'org'],
  ['registry', 'yarnpkg', 'com'],
  ['npm', 'pkg', 'github', 'com'],
  ['registry', 'npmmirror', 'com'],
].map((parts) => parts.join('.'));

const TEXT = /\.(ts|tsx|mts|mjs|cjs|js|json|ya?ml|md|sh|bash|proto|css|html|txt)$|^[^.]+$|\/[^.]+$|^\./;

/** What is wrong with one file, each as `path:line: what`. */
export function fileViolations(path: string, text: string): string[] {
  const violations: string[] = [];
  const lines = text.split('\n');
  const count = text.endsWith('\n') ? lines.length - 1 : lines.length;
  if (count > LINES_MAX && !LONG.has(path)) {
    violations.push(`${path}:${LINES_MAX + 1}: ${count} lines, more than ${LINES_MAX}: give its concerns a file each`);
  }
  lines.forEach((line, index) => {
    const host = REGISTRY_HOSTS.find((name) => line.includes(name));
    if (host) violations.push(`${path}:${index + 1}: names the package registry ${host}`);
  });
  return violations;
}

/** All violations in a repository. */
export function checkFiles(root: string): string[] {
  return repositoryFiles(root)
    .filter((path) => TEXT.test(path))
    .flatMap((path) => fileViolations(path, readFileSync(join(root, path), 'utf8')));
}

if (import.meta.filename === process.argv[1]) {
  const violations = checkFiles(ROOT);
  for (const violation of violations) console.error(violation);
  process.exitCode = violations.length === 0 ? 0 : 1;
}
