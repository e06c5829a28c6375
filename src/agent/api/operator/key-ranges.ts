import { pathViolation, spaceOf } from '../../machine/keys.ts';
import type { Key, Space } from '../../machine/store.ts';
import { refuse } from '../errors.ts';
import type { KeyRange } from '../validation.ts';
import { keyRange } from '../validation.ts';
import { keyBytes } from '../wire.ts';
import { keyOf } from './texts.ts';

const NONE = Buffer.alloc(0);

/** A key that may be named. @throws CellError */
export function checkedKey(path: string): Key {
  const key = keyOf(path);
  refuse(pathViolation(key));
  return key;
}

/** The same as a request over gRPC names it. @throws CellError */
export function checkedPath(path: string): Buffer {
  return keyBytes(checkedKey(path));
}

/** Everything that starts with `prefix`, in the keyspace in which it lies. @throws CellError */
export function rangeOfPrefix(prefix: string): KeyRange {
  return keyRange({ prefix: keyBytes(keyOf(prefix)), start: NONE, end: NONE }, false);
}

/** Only one key. @throws CellError */
export function rangeOfKey(path: string): KeyRange {
  const key = checkedKey(path);
  return { space: spaceOf(key), start: key, end: '' };
}

/** The path of a level: the root is empty; as people write directories, a path may end with a slash. @throws CellError */
export function levelPath(path: string): { readonly space: Space; readonly key: Key } {
  const bare = path.endsWith('/') ? path.slice(0, -1) : path;
  const key = bare === '' ? '' : checkedKey(bare);
  return { space: spaceOf(key), key };
}
