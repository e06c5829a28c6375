import { readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { FACES, LAYERS, type Layer } from './layers.ts';
import { ROOT, repositoryFiles } from './source-files.ts';
import { lineAt, readSource } from './source-text.ts';

export function layerOf(path: string): Layer | undefined {
  return LAYERS.find((layer) => path.startsWith(layer.path));
}

/** What is wrong with one file below src, each as `path:line: what`. */
export function layerViolations(path: string, text: string): string[] {
  const layer = layerOf(path);
  if (layer === undefined) return [`${path}:1: belongs to no layer; see tools/layers.ts`];
  const source = readSource(text);
  const violations: string[] = [];
  for (const { specifier, line } of source.imports) {
    const typeOnly = isTypeOnly(text, line, specifier);
    const reason = specifier.startsWith('.')
      ? relativeViolation(layer, path, specifier, typeOnly)
      : packageViolation(layer, specifier);
    if (reason) violations.push(`${path}:${line}: ${reason}`);
  }
  for (const name of layer.forbidden ?? []) {
    const pattern = new RegExp(
      `(?<![.\\w$#]|[\\w$]\\?\\.)${name.replace('.', '\\s*\\.\\s*')}(?![\\w$]|\\s*\\??:)`,
      'g',
    );
    for (const match of source.code.matchAll(pattern)) {
      violations.push(`${path}:${lineAt(text, match.index)}: ${layer.name} must not use ${name}`);
    }
  }
  return violations;
}

function relativeViolation(layer: Layer, path: string, specifier: string, typeOnly: boolean): string | undefined {
  const target = posix.normalize(posix.join(posix.dirname(path), specifier));
  if (!target.startsWith('src/')) return `${layer.name} must not import ${target}, outside of src`;
  const other = layerOf(target);
  if (other === undefined) return `imports ${target}, which belongs to no layer`;
  if (other === layer) return undefined;
  const face = FACES[other.name];
  if (layer.imports.includes(other.name)) {
    return face === undefined || target === face ? undefined : `${layer.name} may import ${face} only, not ${target}`;
  }
  if (layer.types?.includes(other.name)) {
    return typeOnly || layer.interfaces?.includes(target)
      ? undefined
      : `${layer.name} may import only types of ${other.name}, use "import type" for ${target}`;
  }
  return `${layer.name} must not import ${other.name} (${target})`;
}

function packageViolation(layer: Layer, specifier: string): string | undefined {
  if (layer.packages.includes('*')) return undefined;
  const isNode = specifier.startsWith('node:');
  const name = isNode
    ? specifier
    : specifier
        .split('/')
        .slice(0, specifier.startsWith('@') ? 2 : 1)
        .join('/');
  if (layer.packages.includes(name) || (isNode && layer.packages.includes('node:*'))) return undefined;
  return `${layer.name} must not import ${specifier}`;
}

/** Whether the statement that ends with this specifier is erased: `import type`, `export type`, or `import('...')` as a type. */
function isTypeOnly(text: string, line: number, specifier: string): boolean {
  const through = text.split('\n').slice(0, line).join('\n');
  const statement = through
    .slice(0, through.lastIndexOf(specifier))
    .match(/\b(import|export)\b(?![\s\S]*\b(import|export)\s)[\s\S]*$/);
  if (statement === null) return false;
  if (/^(import|export)\s+type\b/.test(statement[0])) return true;
  const names = /^(?:import|export)\s*\{([\s\S]*)\}\s*from\s*['"]$/.exec(statement[0])?.[1];
  return names?.split(',').every((name) => name.trim() === '' || /^type\s/.test(name.trim())) ?? false;
}

/** All violations in a repository. */
export function checkLayers(root: string): string[] {
  return repositoryFiles(root)
    .filter((path) => path.startsWith('src/') && /\.tsx?$/.test(path))
    .flatMap((path) => layerViolations(path, readFileSync(join(root, path), 'utf8')));
}

if (import.meta.filename === process.argv[1]) {
  const violations = checkLayers(ROOT);
  for (const violation of violations) console.error(violation);
  process.exitCode = violations.length === 0 ? 0 : 1;
}
