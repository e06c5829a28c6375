import type { KeyChange } from '../agent/machine/store.ts';
import type { RecordKind } from '../agent/machine/system-records.ts';

/** Records of one kind as the journal tells them, and what one command changed of them. */
export class Told<T> {
  readonly #kind: RecordKind<T>;
  readonly all = new Map<string, T>();
  readonly changed = new Map<string, { readonly before: T | undefined; readonly after: T | undefined }>();

  constructor(kind: RecordKind<T>) {
    this.#kind = kind;
  }

  take(change: KeyChange): boolean {
    const id = this.#kind.idOf(change.key);
    if (id === undefined) return false;
    const before = this.all.get(id);
    const after = change.kind === 'delete' ? undefined : this.#kind.decode(change);
    if (after === undefined) this.all.delete(id);
    else this.all.set(id, after);
    this.changed.set(id, { before, after });
    return true;
  }
}
