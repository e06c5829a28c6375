import type { Exchange } from '../../../../contract/index.ts';
import { durationText } from '../../../ui/numbers.ts';
import { dropReason, kindText } from '../message-kinds.ts';
import type { Arrow } from './sequence-layout.ts';

type NameOf = (id: string) => string;

/** `42`, `42–44`, or empty. */
export function slotsText({ slot, throughSlot }: Pick<Exchange, 'slot' | 'throughSlot'>): string {
  if (slot === 0) return '';
  return throughSlot > slot ? `${slot}–${throughSlot}` : String(slot);
}

/** The label on an arrow: `accept 4·amber s42–44`. */
export function arrowLabel(exchange: Exchange, nameOf: NameOf): string {
  const { kind, ballot } = exchange;
  const slots = slotsText(exchange);
  return [kindText(kind), ballot === null ? '' : `${ballot.round}·${nameOf(ballot.agentId)}`, slots && `s${slots}`]
    .filter(Boolean)
    .join(' ');
}

const DROPS: Readonly<Record<string, string>> = {
  'no link': 'there was no connection',
  'link policy': 'a fault that was set on the link',
};

export function dropText(reason: string): string {
  return DROPS[reason] ?? reason;
}

/** What an arrow shows, as a sentence: `amber sends accept, ballot 4, slot 42 to birch`. */
export function arrowSentence({ exchange, seen }: Pick<Arrow, 'exchange' | 'seen'>, nameOf: NameOf): string {
  const { kind, ballot, from, to, sentMs, receivedMs, status, channel } = exchange;
  const slots = slotsText(exchange);
  // Clients keep no log: what came from one was seen where it came in only.
  const isCall = channel === 'user' && sentMs === null;
  const about: string[] = [];
  if (ballot !== null) about.push(`ballot ${ballot.round} of ${nameOf(ballot.agentId)}`);
  if (slots !== '') about.push(exchange.throughSlot > exchange.slot ? `slots ${slots}` : `slot ${slots}`);
  const sentence = isCall
    ? [`${nameOf(from)} calls ${kind} at ${nameOf(to)}`, ...about].join(', ')
    : `${nameOf(from)} sends ${[kindText(kind), ...about].join(', ')} to ${nameOf(to)}`;
  const drop = dropReason(status);
  if (drop !== '') return `${sentence}; it was dropped: ${dropText(drop)}`;
  if (seen === 'sender') return `${sentence}; only ${nameOf(from)} has it in its log`;
  if (seen === 'receiver') return `${sentence}; only ${nameOf(to)} has it in its log`;
  if (channel === 'user' && status !== '') return `${sentence}; it ended with ${status}`;
  return sentMs !== null && receivedMs !== null
    ? `${sentence}; on its way for ${durationText(receivedMs - sentMs)}`
    : sentence;
}
