/** One request that was sent from the form of this page. */
export interface SentRequest {
  readonly id: number;
  readonly method: string;
  readonly text: string;
  readonly atMs: number;
  readonly durationMs: number;
  /** `OK`, or the reason of the refusal. */
  readonly outcome: string;
  readonly messageId: string;
}

const STORAGE_KEY = 'synod.requests.sent';
const KEPT = 50;

type Store = Pick<Storage, 'getItem' | 'setItem'>;

/** Of this tab only: what was typed may be secret, and ends with the tab. */
export function readHistory(store: Store): readonly SentRequest[] {
  try {
    const kept: unknown = JSON.parse(store.getItem(STORAGE_KEY) ?? '[]');
    return Array.isArray(kept) ? (kept as SentRequest[]) : [];
  } catch {
    return [];
  }
}

/** Adds in front. When the browser's few megabytes are full, the oldest are forgotten. */
export function remember(store: Store, history: readonly SentRequest[], sent: SentRequest): readonly SentRequest[] {
  for (let kept = [sent, ...history].slice(0, KEPT); ; kept = kept.slice(0, -1)) {
    try {
      store.setItem(STORAGE_KEY, JSON.stringify(kept));
      return kept;
    } catch {
      if (kept.length === 0) return kept;
    }
  }
}
