import type { Exchange } from '../../../../contract/index.ts';
import { timeOf } from './exchange-log.ts';

/** One step in the life of a slot, as far as the logs of the participants tell it. */
export interface StoryStep {
  readonly kind: 'asked' | 'proposed' | 'recovered' | 'accepted' | 'chosen' | 'told' | 'unknown';
  readonly atMs: number;
  readonly text: string;
  /** The exchange that shows it; absent when it follows from several. */
  readonly id: string | undefined;
}

export interface StoryContext {
  readonly nameOf: (agentId: string) => string;
  /** Of the configuration now. */
  readonly voters: readonly string[];
}

/**
 * What happened to a slot, in order, in words, from messages alone: who proposed it, who accepted it and said so, when a
 * majority had it, who was told. Only the ballot in which it was chosen is followed to the end; earlier ones are told as far
 * as they came.
 */
export function storyOf(slot: number, exchanges: readonly Exchange[], context: StoryContext): readonly StoryStep[] {
  const ordered = [...exchanges].sort((one, other) => timeOf(one) - timeOf(other));
  const steps: StoryStep[] = [...calls(slot, ordered, context)];
  const proposals = new Map<string, Exchange[]>();
  for (const exchange of ordered) {
    const { kind, ballot } = exchange;
    if (kind !== 'accept' || ballot === null || !carries(exchange, slot)) continue;
    const name = `${ballot.round} ${ballot.agentId}`;
    proposals.set(name, [...(proposals.get(name) ?? []), exchange]);
  }
  let isChosen = false;
  let wasProposed = false;
  for (const accepts of proposals.values()) {
    steps.push(...proposal(slot, accepts, wasProposed, context));
    const votes = votesFor(slot, accepts, ordered, context);
    steps.push(...votes.steps);
    isChosen ||= votes.isChosen;
    wasProposed = true;
  }
  // Whoever tells of a later slot tells of this one too; the first to do so is known only where its proposal is.
  steps.push(...tellings(slot, wasProposed ? ordered : ordered.filter((one) => carries(one, slot)), context));
  steps.sort((one, other) => one.atMs - other.atMs);
  if (!wasProposed) {
    const text =
      context.voters.length === 1
        ? `${context.nameOf(context.voters[0]!)} is the only voter: it chooses alone, without a message.`
        : 'No log has the proposal of this slot (any more): logs keep the newest messages only.';
    steps.unshift({ kind: 'unknown', atMs: steps[0]?.atMs ?? 0, text, id: undefined });
  } else if (!isChosen) {
    const text = 'The logs do not show that a majority accepted it (yet).';
    steps.push({ kind: 'unknown', atMs: steps.at(-1)?.atMs ?? 0, text, id: undefined });
  }
  return steps;
}

function carries(exchange: Exchange, slot: number): boolean {
  return exchange.slot <= slot && slot <= exchange.throughSlot;
}

/** Calls of clients whose answer names the slot. */
function* calls(slot: number, ordered: readonly Exchange[], { nameOf }: StoryContext): Iterable<StoryStep> {
  for (const exchange of ordered) {
    const { channel, kind, to, status } = exchange;
    if (channel !== 'user' || exchange.slot !== slot) continue;
    const outcome = status === '' ? '' : `; it was answered ${status}`;
    const text = `A client calls ${kind} at ${nameOf(to)}${outcome}.`;
    yield { kind: 'asked', atMs: timeOf(exchange), text, id: exchange.messageId };
  }
}

function* proposal(
  slot: number,
  accepts: readonly Exchange[],
  isAgain: boolean,
  { nameOf }: StoryContext,
): Iterable<StoryStep> {
  const first = accepts[0]!;
  const { from, ballot } = first;
  const targets = [...new Set(accepts.map(({ to }) => to))].map(nameOf);
  const others = first.throughSlot > first.slot ? `, together with ${first.throughSlot - first.slot} other slots,` : '';
  const what = isAgain ? 'proposes it again' : `proposes it for slot ${slot}`;
  const text = `${nameOf(from)} ${what}${others} in ballot ${ballot!.round}: accept goes to ${listed(targets)}.`;
  yield { kind: isAgain ? 'recovered' : 'proposed', atMs: timeOf(first), text, id: first.messageId };
}

/** Who accepted in that ballot, and when a majority had: the proposer stores it itself, which needs no message. */
function votesFor(
  slot: number,
  accepts: readonly Exchange[],
  ordered: readonly Exchange[],
  { nameOf, voters }: StoryContext,
): { readonly steps: readonly StoryStep[]; readonly isChosen: boolean } {
  const { ballot, from: leader } = accepts[0]!;
  const firstMs = timeOf(accepts[0]!);
  const majority = Math.floor(voters.length / 2) + 1;
  const accepted = new Set<string>(voters.includes(leader) ? [leader] : []);
  const answered = new Set<string>();
  const steps: StoryStep[] = [];
  let isChosen = voters.length > 0 && accepted.size >= majority;
  for (const reply of ordered) {
    const { kind, from, to, ballot: its, slot: through } = reply;
    if (kind !== 'acceptReply' || to !== leader || its?.round !== ballot!.round || its.agentId !== ballot!.agentId)
      continue;
    // An acknowledgement covers every slot below it that was accepted in the ballot.
    if (through < slot || timeOf(reply) < firstMs || answered.has(from)) continue;
    if (!accepts.some((accept) => accept.to === from)) continue;
    answered.add(from);
    const counts = voters.includes(from);
    const learner = counts ? '' : ' It is a learner, so it does not count.';
    const text = `${nameOf(from)} has accepted and stored it, and says so (through slot ${through}).${learner}`;
    steps.push({ kind: 'accepted', atMs: timeOf(reply), text, id: reply.messageId });
    if (!counts) continue;
    accepted.add(from);
    if (isChosen || accepted.size < majority) continue;
    isChosen = true;
    const atMs = reply.receivedMs ?? timeOf(reply);
    const who = listed([...accepted].map(nameOf));
    const chosen = `It is chosen: ${who} are ${accepted.size} of ${voters.length} voters, a majority. ${nameOf(leader)} knows it now, provided that it has stored the entry itself.`;
    steps.push({ kind: 'chosen', atMs, text: chosen, id: reply.messageId });
  }
  return { steps, isChosen };
}

/** The first message by which each participant learns that the slot is chosen. */
function* tellings(slot: number, ordered: readonly Exchange[], { nameOf }: StoryContext): Iterable<StoryStep> {
  const told = new Set<string>();
  for (const exchange of ordered) {
    const { kind, from, to } = exchange;
    const tells = kind === 'chosen' ? exchange.throughSlot >= slot : kind === 'heartbeat' && exchange.slot >= slot;
    if (!tells || told.has(to) || exchange.receivedMs === null) continue;
    told.add(to);
    const text = `${nameOf(from)} tells ${nameOf(to)} that it is chosen${kind === 'heartbeat' ? ', with a heartbeat' : ''}.`;
    yield { kind: 'told', atMs: exchange.receivedMs, text, id: exchange.messageId };
  }
}

/** `amber`, `amber and birch`, `amber, birch and crimson`. */
export function listed(names: readonly string[]): string {
  if (names.length < 2) return names[0] ?? 'nobody';
  return `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}
