import { X } from 'lucide-react';
import type { MessageView } from '../../../../contract/index.ts';
import { useAgentName, useCell } from '../../../cell/cell-store.ts';
import { useLoad } from '../../../connection/load.ts';
import { AgentName } from '../../../ui/agent-mark.tsx';
import { IconButton } from '../../../ui/button.tsx';
import { clockText } from '../../../ui/clock-text.ts';
import { Copyable } from '../../../ui/copyable.tsx';
import { JsonView } from '../../../ui/json-view.tsx';
import { ErrorNote, Waiting } from '../../../ui/notes.tsx';
import { bytesText, durationText } from '../../../ui/numbers.ts';
import { SlotLink } from '../../../ui/slot-link.tsx';
import { useEscape } from '../../../ui/use-escape.ts';
import { kindText } from '../message-kinds.ts';

/** One message with everything that was said in it, and what the other end has of it. */
export function MessageDetail({
  sequence,
  agent,
  onClose,
}: {
  readonly sequence: number;
  /** Whose log it stands in; empty: this agent's. */
  readonly agent: string;
  readonly onClose: () => void;
}) {
  const { data, error, reload } = useLoad(
    (client, signal) => client.messages.detail({ sequence, agent }, { signal }),
    [sequence, agent],
  );
  const section = useEscape<HTMLElement>(onClose);
  const shown = data?.message.sequence === sequence ? data : undefined;
  return (
    <section
      ref={section}
      aria-label="Message"
      className="flex h-[42%] min-h-48 shrink-0 flex-col border-t border-line-strong bg-surface"
    >
      <div className="flex min-h-9 flex-wrap items-center gap-x-4 gap-y-1 border-b border-line px-3 py-1">
        {shown === undefined ? (
          <span className="text-soft">Message {sequence}</span>
        ) : (
          <Facts message={shown.message} />
        )}
        <span className="ml-auto">
          <IconButton icon={X} label="Close the message" onClick={onClose} />
        </span>
      </div>
      {error === undefined ? null : <ErrorNote error={error} onRetry={reload} />}
      {shown === undefined ? (
        <Waiting>Asking for this message…</Waiting>
      ) : (
        <div className="grid min-h-0 flex-1 auto-rows-min grid-cols-2 gap-3 overflow-auto p-3">
          <JsonView label={shown.message.channel === 'user' ? 'Request' : 'Message'} value={shown.fields} />
          <div className="flex min-w-0 flex-col gap-3">
            {shown.replyFields === null || shown.replyFields === undefined ? null : (
              <JsonView label="Answer" value={shown.replyFields} />
            )}
            <OtherEnd message={shown.message} agent={agent} />
          </div>
        </div>
      )}
    </section>
  );
}

function Facts({ message }: { readonly message: MessageView }) {
  const { kind, direction, peer, channel, atMs, slot, throughSlot, bytes, durationMs, status, messageId } = message;
  return (
    <>
      <span className="font-medium">{kindText(kind)}</span>
      <span>
        {direction === 'sent' ? 'sent to ' : 'received from '}
        {channel === 'peer' ? <AgentName agentId={peer} /> : <span className="font-mono">{peer}</span>} at{' '}
        <span className="font-mono">{clockText(atMs)}</span>
      </span>
      {slot === 0 ? null : (
        <span className="flex items-baseline gap-1.5">
          slot <SlotLink slot={slot} />
          {throughSlot > slot ? (
            <>
              –<SlotLink slot={throughSlot} />
            </>
          ) : null}
        </span>
      )}
      <span className="text-soft">{bytesText(bytes)}</span>
      {durationMs === 0 ? null : <span className="text-soft">{durationText(durationMs)}</span>}
      {status === '' ? null : <span>{status}</span>}
      {messageId === '' ? null : (
        <span className="text-soft">
          id <Copyable text={messageId} label="message id" mono />
        </span>
      )}
    </>
  );
}

/** The same message id in the log of the other side. */
function OtherEnd({ message, agent }: { readonly message: MessageView; readonly agent: string }) {
  const { peer, channel, messageId, direction, atMs } = message;
  const isParticipant = useCell(({ view }) => view?.participants.some(({ agentId }) => agentId === peer) ?? false);
  const name = useAgentName(peer);
  const canAsk = channel === 'peer' && isParticipant && messageId !== '';
  const { data, error, loading } = useLoad(
    (client, signal) =>
      client.messages.query(
        { agent: peer, limit: 10, filter: { messageId, includeHeartbeats: true, includeOwn: true } },
        { signal },
      ),
    [agent, peer, messageId],
    canAsk,
  );
  const other = data?.messages.find((found) => found.direction !== direction);
  return (
    <section aria-label="The other end" className="text-soft">
      <h3 className="text-sm font-medium">The other end</h3>
      {channel === 'user' ? (
        <p>A client keeps no log of what it sends.</p>
      ) : !isParticipant ? (
        <p>{name} is not a participant, so there is no log to ask.</p>
      ) : messageId === '' ? (
        <p>This call carries no id by which the other side could find it.</p>
      ) : loading && data === undefined ? (
        <p aria-busy>Asking {name}…</p>
      ) : error !== undefined ? (
        <ErrorNote error={error} />
      ) : other === undefined ? (
        <p>
          The log of {name} does not have it: it {direction === 'sent' ? 'has not arrived' : 'was not recorded there'},
          or that log has dropped it.
        </p>
      ) : (
        <p>
          {name} {other.direction === 'sent' ? 'sent' : 'received'} it at{' '}
          <span className="font-mono">{clockText(other.atMs)}</span> by its own clock (
          {durationText(Math.abs(other.atMs - atMs))} {other.atMs >= atMs ? 'later' : 'earlier'}),{' '}
          {bytesText(other.bytes)}
          {other.status === '' ? '' : `, ${other.status}`}; number {other.sequence} in its log.
        </p>
      )}
    </section>
  );
}
