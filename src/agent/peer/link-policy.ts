import type { AgentId } from '../consensus/types.ts';

export type LinkDirection = 'send' | 'receive';

/** What is done to messages of one direction with one peer. */
export interface LinkRule {
  /** Nothing passes, keep-alives included, so the link is noticed as silent and reset. */
  readonly cut?: boolean;
  readonly delayMs?: number;
  /** Added to the delay, uniform in [0, jitterMs); it reorders. */
  readonly jitterMs?: number;
  /** Share of messages that vanish, 0 to 1. */
  readonly dropShare?: number;
  /** Share of messages that arrive twice, 0 to 1. */
  readonly duplicateShare?: number;
}

export interface PlacedLinkRule {
  readonly direction: LinkDirection;
  /** `*` means every peer without a rule of its own. */
  readonly peer: AgentId | '*';
  readonly rule: LinkRule;
}

/** One delay in milliseconds for each copy that passes: none when the message is dropped, `[0]` when nothing is done. */
export type LinkVerdict = readonly number[];

/** Every message and keep-alive of every link asks here first. Tests and the Lab set rules while links are running. */
export interface LinkPolicy {
  judge(direction: LinkDirection, peer: AgentId): LinkVerdict;
  isCut(direction: LinkDirection, peer: AgentId): boolean;
  /** How late a message would be now; keep-alives are never lost or doubled, so this is all there is to them. */
  lateMs(direction: LinkDirection, peer: AgentId): number;
  set(placed: PlacedLinkRule): void;
  clear(direction?: LinkDirection, peer?: AgentId | '*'): void;
  rules(): readonly PlacedLinkRule[];
}

const PASS: LinkVerdict = [0];
const DROP: LinkVerdict = [];

export function createLinkPolicy(random: () => number = Math.random): LinkPolicy {
  const placed = new Map<string, PlacedLinkRule>();
  const keyOf = (direction: LinkDirection, peer: string): string => `${direction} ${peer}`;
  const find = (direction: LinkDirection, peer: AgentId): LinkRule | undefined =>
    placed.size === 0 ? undefined : (placed.get(keyOf(direction, peer)) ?? placed.get(keyOf(direction, '*')))?.rule;

  const delayOf = ({ delayMs = 0, jitterMs = 0 }: LinkRule): number =>
    jitterMs > 0 ? delayMs + random() * jitterMs : delayMs;

  return {
    judge(direction, peer) {
      const rule = find(direction, peer);
      if (rule === undefined) return PASS;
      const { cut = false, dropShare = 0, duplicateShare = 0 } = rule;
      if (cut || (dropShare > 0 && random() < dropShare)) return DROP;
      return duplicateShare > 0 && random() < duplicateShare ? [delayOf(rule), delayOf(rule)] : [delayOf(rule)];
    },
    isCut: (direction, peer) => find(direction, peer)?.cut === true,
    lateMs: (direction, peer) => delayOf(find(direction, peer) ?? {}),
    set(rule) {
      placed.set(keyOf(rule.direction, rule.peer), rule);
    },
    clear(direction, peer) {
      for (const [key, rule] of placed) {
        const matches =
          (direction === undefined || rule.direction === direction) && (peer === undefined || rule.peer === peer);
        if (matches) placed.delete(key);
      }
    },
    rules: () => [...placed.values()],
  };
}
