import type { MessageFilter, MessageView } from '../../../contract/index.ts';
import type { MessageFilter as LogFilter, MessageDetail, MessageRecord } from '../../observe/index.ts';

/** One message together with what was said in it. */
export interface MessageDetailView {
  readonly message: MessageView;
  readonly fields: unknown;
  readonly replyFields: unknown;
}

export function messageView(record: MessageRecord): MessageView {
  const { ballot, ...rest } = record;
  // Round 0 belongs to nobody: the message was sent in no ballot.
  return { ...rest, ballot: ballot === undefined || ballot.round === 0 ? null : { ...ballot } };
}

export function messageDetailView({ fields, replyFields, ...record }: MessageDetail): MessageDetailView {
  return { message: messageView(record), fields: fields ?? null, replyFields: replyFields ?? null };
}

/** Empty lists and texts say nothing, as absent ones do. */
export function logFilter(filter: MessageFilter): LogFilter {
  const { kinds, statuses, peer, messageId, ...rest } = filter;
  return {
    ...rest,
    kinds: kinds?.length ? kinds : undefined,
    statuses: statuses?.length ? statuses : undefined,
    peer: peer || undefined,
    messageId: messageId || undefined,
  };
}
