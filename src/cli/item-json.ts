import type { Change, Item } from '../client/index.ts';
import { Failure } from './command.ts';
import { utf8 } from './output.ts';

export interface ValueJson {
  readonly value: string;
  /** `utf8`, or `base64` for what is not text. */
  readonly encoding: 'utf8' | 'base64';
}

export interface ItemJson extends ValueJson {
  readonly key: string;
  readonly version: number;
  readonly createRevision: number;
  readonly modRevision: number;
  /** Absent without a lease. */
  readonly leaseId?: string;
}

export function valueJson(value: Uint8Array): ValueJson {
  const text = utf8(value);
  if (text !== undefined) return { value: text, encoding: 'utf8' };
  return { value: Buffer.from(value).toString('base64'), encoding: 'base64' };
}

export function itemJson({ key, value, version, createRevision, modRevision, leaseId }: Item): ItemJson {
  return { key, ...valueJson(value), version, createRevision, modRevision, ...(leaseId === '' ? {} : { leaseId }) };
}

export function changeJson({ kind, item, slot, stampMs }: Change): object {
  const { key, value, version, createRevision, modRevision } = item;
  const time = new Date(stampMs).toISOString();
  const about = { kind, key, ...(kind === 'put' ? valueJson(value) : {}), version, createRevision, modRevision };
  return { ...about, slot, time };
}

/** The bytes of a value as `valueJson` writes it; without an encoding it is text. */
export function decodeValue(given: { readonly value?: unknown; readonly encoding?: unknown }, where: string): Buffer {
  const { value, encoding = 'utf8' } = given;
  if (typeof value !== 'string') throw new Failure(`${where}: "value" must be a string`);
  if (encoding === 'utf8') return Buffer.from(value, 'utf8');
  if (encoding !== 'base64') throw new Failure(`${where}: "encoding" must be "utf8" or "base64"`);
  const bytes = Buffer.from(value, 'base64');
  if (bytes.toString('base64').replace(/=+$/, '') !== value.replace(/=+$/, '')) {
    throw new Failure(`${where}: "value" is not base64`);
  }
  return bytes;
}
