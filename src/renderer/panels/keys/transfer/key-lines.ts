import type { KeyChange, KeyItem } from '../../../../contract/index.ts';
import { base64Of, bytesOf, encodeText } from '../bytes.ts';
import { pathProblem } from '../paths.ts';

const VALUE_BYTES_MAX = 1024 * 1024;

/** One key as one line, as `synod export` prints it and `synod import` reads it. */
export function keyLine({ path, value, version, createRevision, modRevision }: KeyItem): string {
  return `${JSON.stringify({ key: path, ...valueFields(value), version, createRevision, modRevision })}\n`;
}

/** One change as one line, as `synod watch` prints it. */
export function changeLine({ kind, item, slot, stampMs }: KeyChange): string {
  const { path, value, version, createRevision, modRevision, truncated, sizeBytes } = item;
  const fields = kind === 'put' ? valueFields(value) : {};
  // The whole value of a large one is in the history of its key.
  const cut = kind === 'put' && truncated ? { truncated, sizeBytes } : {};
  const time = new Date(stampMs).toISOString();
  return `${JSON.stringify({ kind, key: path, ...fields, ...cut, version, createRevision, modRevision, slot, time })}\n`;
}

function valueFields(value: KeyItem['value']): { readonly value: string; readonly encoding: 'utf8' | 'base64' } {
  if ('text' in value) return { value: value.text, encoding: 'utf8' };
  return { value: base64Of(bytesOf(value)), encoding: 'base64' };
}

export interface KeyToWrite {
  readonly path: string;
  readonly bytes: Uint8Array;
  /** In the file, from 1. */
  readonly line: number;
}

export interface LineProblem {
  readonly line: number;
  readonly problem: string;
}

export interface ReadLines {
  readonly keys: readonly KeyToWrite[];
  readonly problems: readonly LineProblem[];
}

/** Reads lines as `synod import` does. A path that comes twice is a problem: which one is meant? */
export function readKeyLines(text: string): ReadLines {
  const keys: KeyToWrite[] = [];
  const problems: LineProblem[] = [];
  const seen = new Map<string, number>();
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const number = index + 1;
    const key = readLine(line, number);
    const twice = typeof key === 'string' ? undefined : seen.get(key.path);
    if (typeof key === 'string') problems.push({ line: number, problem: key });
    else if (twice !== undefined) problems.push({ line: number, problem: `${key.path} is already in line ${twice}` });
    else {
      seen.set(key.path, number);
      keys.push(key);
    }
  }
  return { keys, problems };
}

function readLine(line: string, number: number): KeyToWrite | string {
  let fields: { readonly key?: unknown; readonly value?: unknown; readonly encoding?: unknown };
  try {
    fields = JSON.parse(line);
  } catch {
    return 'not JSON: expected lines as an export writes them';
  }
  const { key, value, encoding = 'utf8' } = fields ?? {};
  if (typeof key !== 'string') return '"key" must be a string';
  const wrongPath = pathProblem(key);
  if (wrongPath !== '') return `${JSON.stringify(key.slice(0, 80))}: ${wrongPath}`;
  if (typeof value !== 'string') return '"value" must be a string';
  const bytes = encoding === 'utf8' ? encodeText(value) : encoding === 'base64' ? fromBase64(value) : undefined;
  if (bytes === undefined)
    return encoding === 'base64' ? '"value" is not base64' : '"encoding" must be "utf8" or "base64"';
  if (bytes.length > VALUE_BYTES_MAX) return `the value of ${key} is larger than 1 MiB`;
  return { path: key, bytes, line: number };
}

function fromBase64(value: string): Uint8Array | undefined {
  try {
    return bytesOf({ base64: value });
  } catch {
    return undefined;
  }
}
