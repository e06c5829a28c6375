import { X } from 'lucide-react';
import type { Exchange } from '../../../../contract/index.ts';
import { useLoad } from '../../../connection/load.ts';
import { IconButton } from '../../../ui/button.tsx';
import { clockText } from '../../../ui/clock-text.ts';
import { JsonView } from '../../../ui/json-view.tsx';
import { ErrorNote } from '../../../ui/notes.tsx';
import { bytesText } from '../../../ui/numbers.ts';
import { SlotLink } from '../../../ui/slot-link.tsx';
import { useEscape } from '../../../ui/use-escape.ts';
import { useExchangeLog } from '../messages-instances.ts';
import { arrowSentence } from './arrow-text.ts';
import type { Arrow } from './sequence-layout.ts';

/** One arrow: both of its ends, and what was said, from the log of whoever has it. */
export function ExchangeDetail({
  arrow,
  nameOf,
  onClose,
}: {
  readonly arrow: Arrow;
  readonly nameOf: (id: string) => string;
  readonly onClose: () => void;
}) {
  const { exchange } = arrow;
  const { from, to, sentMs, receivedMs, sentSequence, receivedSequence, slot, throughSlot, bytes } = exchange;
  // Of the two logs the one that can be read: both say the same.
  const canReadReceiver = useExchangeLog(
    (state) => receivedSequence !== null && state.lanes.some(({ agentId, reachable }) => agentId === to && reachable),
  );
  const isFromReceiver = canReadReceiver || sentSequence === null;
  const agent = isFromReceiver ? to : from;
  const sequence = (isFromReceiver ? receivedSequence : sentSequence) ?? 0;
  const { data, error, reload } = useLoad(
    (client, signal) => client.messages.detail({ agent, sequence }, { signal }),
    [agent, sequence],
    sequence !== 0,
  );
  const section = useEscape<HTMLElement>(onClose);
  const shown = data?.message.sequence === sequence ? data : undefined;
  return (
    <section
      ref={section}
      aria-label="Message"
      className="flex h-[40%] min-h-48 shrink-0 flex-col border-t border-line-strong bg-surface"
    >
      <div className="flex min-h-9 items-center gap-3 border-b border-line px-3 py-1">
        <span className="min-w-0 flex-1 font-medium break-words">{arrowSentence(arrow, nameOf)}</span>
        {slot === 0 ? null : (
          <span className="flex items-center whitespace-nowrap">
            slot <SlotLink slot={slot} />
            {throughSlot > slot ? (
              <>
                –<SlotLink slot={throughSlot} />
              </>
            ) : null}
          </span>
        )}
        <IconButton icon={X} label="Close the message" onClick={onClose} />
      </div>
      <dl className="flex flex-wrap gap-x-6 px-3 pt-2 text-soft">
        <End label="Sent" atMs={sentMs} sequence={sentSequence} end={from} exchange={exchange} nameOf={nameOf} />
        <End
          label="Received"
          atMs={receivedMs}
          sequence={receivedSequence}
          end={to}
          exchange={exchange}
          nameOf={nameOf}
        />
        <div>{bytesText(bytes)}</div>
      </dl>
      {error === undefined ? null : <ErrorNote error={error} onRetry={reload} />}
      {shown === undefined ? (
        <div aria-busy={error === undefined} className="flex-1" />
      ) : (
        <div className="grid min-h-0 flex-1 auto-rows-min grid-cols-2 gap-3 overflow-auto p-3">
          <JsonView label={exchange.channel === 'user' ? 'Request' : 'Message'} value={shown.fields} />
          {shown.replyFields === null || shown.replyFields === undefined ? null : (
            <JsonView label="Answer" value={shown.replyFields} />
          )}
        </div>
      )}
    </section>
  );
}

function End({
  label,
  atMs,
  sequence,
  end,
  exchange,
  nameOf,
}: {
  readonly label: string;
  readonly atMs: number | null;
  readonly sequence: number | null;
  readonly end: string;
  readonly exchange: Exchange;
  readonly nameOf: (id: string) => string;
}) {
  const isClient = exchange.channel === 'user' && atMs === null;
  return (
    <div className="flex gap-1.5">
      <dt className="text-faint">{label}</dt>
      <dd>
        {atMs === null ? (
          isClient ? (
            'by a client: clients keep no log'
          ) : (
            `not in the log of ${nameOf(end)}`
          )
        ) : (
          <>
            <span className="font-mono">{clockText(atMs)}</span> by {nameOf(end)}, number {sequence ?? '–'} in its log
          </>
        )}
      </dd>
    </div>
  );
}
