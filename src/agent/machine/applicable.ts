import type { Request } from './commands.ts';

/** An entry as the machine sees it: decoded by the host, judged void or not by consensus. */
export type Applicable =
  | { readonly kind: 'command'; readonly stampMs: number; readonly requests: readonly Request[] }
  /** `configuration` is the canonical JSON that consensus evaluates; the machine mirrors it as `/_internal/peers`. */
  | { readonly kind: 'configuration'; readonly stampMs: number; readonly configuration: string }
  | { readonly kind: 'noop'; readonly stampMs: number }
  | { readonly kind: 'void'; readonly stampMs: number };

export interface ApplyContext {
  readonly slot: number;
  /** The era after this slot, as canonical JSON of the ballot; stored with the state. */
  readonly era: string;
}
