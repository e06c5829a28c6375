import type { CellError } from './cell-port.ts';

/** How every call ends: once, with a value or with a failure to act on. Never called before the call returned. */
export type Then<T> = (answer: Answer<T>) => void;
export type Answer<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: CellError };

export function done<T>(value: T): Answer<T> {
  return { ok: true, value };
}

export function failed(error: CellError): Answer<never> {
  return { ok: false, error };
}
