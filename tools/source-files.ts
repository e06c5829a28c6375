import { readdirSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

const SKIPPED: ReadonlySet<string> = new Set(['node_modules', 'dist', '.git', '.build', 'src/gen']);

/** Every file that belongs to the repository, relative to `root`, with forward slashes, sorted. */
export function repositoryFiles(root: string): string[] {
  const files: string[] = [];
  const visit = (folder: string): void => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      const name = relative(root, path).split(sep).join('/');
      if (SKIPPED.has(name)) continue;
      if (entry.isDirectory()) visit(path);
      else if (entry.isFile()) files.push(name);
    }
  };
  visit(root);
  return files.sort();
}
