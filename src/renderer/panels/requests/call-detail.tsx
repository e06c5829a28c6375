import { Ban, ListFilter, Repeat2 } from 'lucide-react';
import { type RefObject, useState } from 'react';
import type { OperatorClient, RequestMethod } from '../../../contract/index.ts';
import { act } from '../../activity/activity-store.ts';
import { useControlRefusal } from '../../cell/cell-store.ts';
import { client } from '../../connection/connection-store.ts';
import { useLoad } from '../../connection/load.ts';
import { Button } from '../../ui/button.tsx';
import { Copyable } from '../../ui/copyable.tsx';
import { JsonView } from '../../ui/json-view.tsx';
import { Empty, ErrorNote, Waiting } from '../../ui/notes.tsx';
import { durationText } from '../../ui/numbers.ts';
import { SlotLink } from '../../ui/slot-link.tsx';
import { Snippet } from '../../ui/snippet.tsx';
import { exactTime } from '../../ui/time.tsx';
import type { ListedCall } from './call-list.ts';
import { CallStatus, RunningDuration } from './call-row.tsx';
import { CancelDialog } from './cancel-dialog.tsx';
import { cancelMeaning, effectOf } from './cancel-meaning.ts';
import { fillForm } from './form-store.ts';
import { prettyJson } from './request-text.ts';

type Detail = Awaited<ReturnType<OperatorClient['requests']['detail']>>;

/** One call: what was asked, what was answered, and the same for other tools. */
export function CallDetail({
  messageId,
  listed,
  methods,
  onRepeat,
  headingRef,
}: {
  readonly messageId: string;
  /** The call as the list has it; absent when it has left the list. */
  readonly listed: ListedCall | undefined;
  readonly methods: readonly RequestMethod[];
  readonly onRepeat: () => void;
  readonly headingRef: RefObject<HTMLHeadingElement | null>;
}) {
  // Asked for again when it has ended: then there is an answer.
  const status = listed?.status;
  const { data, error, reload } = useLoad(
    (asked, signal) => asked.requests.detail({ messageId }, { signal }),
    [messageId, status],
  );
  // What was told of the call before must not stand under the name of this one.
  const detail = data?.call === null || data?.call.messageId === messageId ? data : undefined;
  const call = listed ?? detail?.call ?? undefined;
  if (error !== undefined && call === undefined) return <ErrorNote error={error} onRetry={reload} />;
  if (call === undefined) {
    if (detail === undefined) return <Waiting>Asking for this call…</Waiting>;
    return (
      <Empty icon={ListFilter} title="This call is not kept any more">
        An agent keeps its newest calls. Choose another one in the list.
      </Empty>
    );
  }
  return (
    <div className="flex min-h-0 flex-1 flex-col gap-3 overflow-auto p-3">
      <div className="flex flex-wrap items-center gap-2">
        <h2 ref={headingRef} tabIndex={-1} className="text-lg font-semibold">
          {call.method}
        </h2>
        <div className="ml-auto flex gap-2">
          <CancelButton call={call} methods={methods} />
          <RepeatButton detail={detail} onRepeat={onRepeat} />
        </div>
      </div>
      <dl className="grid grid-cols-[88px_minmax(0,1fr)] gap-x-3 gap-y-1">
        <dt className="text-faint">Status</dt>
        <dd>
          <CallStatus call={call} />
        </dd>
        <dt className="text-faint">Duration</dt>
        <dd className="font-mono">
          {call.status === '' && listed !== undefined ? (
            <RunningDuration beganAtMs={listed.beganAtMs} />
          ) : (
            durationText(call.durationMs)
          )}
        </dd>
        <dt className="text-faint">Began</dt>
        <dd>{exactTime(call.startedMs)}</dd>
        <dt className="text-faint">Client</dt>
        <dd className="font-mono break-all">{call.peer}</dd>
        <dt className="text-faint">Quorum</dt>
        <dd>{call.quorum === '' ? <span className="text-faint">none</span> : call.quorum}</dd>
        <dt className="text-faint">Slot</dt>
        <dd>
          <SlotLink slot={call.slot} />
        </dd>
        <dt className="text-faint">Message id</dt>
        <dd className="min-w-0">
          <Copyable mono text={call.messageId} label="message id" />
        </dd>
      </dl>
      {error === undefined ? null : <ErrorNote error={error} onRetry={reload} />}
      {detail === undefined ? <div aria-busy className="min-h-40" /> : <Said detail={detail} status={call.status} />}
    </div>
  );
}

function Said({ detail, status }: { readonly detail: Detail; readonly status: string }) {
  const { request, reply, asCli, asGrpc, asTypeScript, noFormReason } = detail;
  return (
    <>
      {isNothing(request) ? (
        <p className="text-soft">The request is not kept: streams are told message by message, in Messages.</p>
      ) : (
        <JsonView label="Request" value={request} />
      )}
      {isNothing(reply) ? <p className="text-soft">{noReplyText(status)}</p> : <JsonView label="Reply" value={reply} />}
      {noFormReason === '' ? (
        <>
          <Snippet label="Command line" text={asCli} />
          <Snippet label="gRPC" text={asGrpc} />
          <Snippet label="TypeScript" text={asTypeScript} />
        </>
      ) : (
        <p className="break-words text-soft">It cannot be written as a command, gRPC or TypeScript: {noFormReason}.</p>
      )}
    </>
  );
}

function noReplyText(status: string): string {
  if (status === '') return 'There is no reply yet.';
  if (status === 'OK') return 'The reply is not kept: it was a stream, or a read of a viewer.';
  return `There is no reply: the call ended with ${status}.`;
}

function isNothing(value: unknown): boolean {
  return value === null || value === undefined;
}

function RepeatButton({ detail, onRepeat }: { readonly detail: Detail | undefined; readonly onRepeat: () => void }) {
  const repeat = detail?.repeat ?? null;
  return (
    <Button
      icon={Repeat2}
      refusal={repeat === null ? (detail === undefined ? 'it is being loaded' : 'it cannot be sent from here') : ''}
      onClick={() => {
        if (repeat === null) return;
        fillForm(repeat.method, prettyJson(repeat.request));
        onRepeat();
      }}
    >
      Repeat…
    </Button>
  );
}

function CancelButton({
  call,
  methods,
}: {
  readonly call: ListedCall | NonNullable<Detail['call']>;
  readonly methods: readonly RequestMethod[];
}) {
  const refusal = useControlRefusal();
  const [asks, setAsks] = useState(false);
  const effect = effectOf(call, methods);
  const cancel = (): void => {
    setAsks(false);
    void act(
      `Cancel ${call.method}`,
      () => client().requests.cancel({ id: call.id }),
      ({ cancelled }) => (cancelled ? `cancelled. ${cancelMeaning(effect)}` : 'it had already ended'),
    );
  };
  return (
    <>
      <Button
        icon={Ban}
        refusal={call.status === '' ? refusal : 'it has ended'}
        onClick={effect === 'read' ? cancel : () => setAsks(true)}
      >
        Cancel
      </Button>
      <CancelDialog open={asks} onOpenChange={setAsks} call={call} meaning={cancelMeaning(effect)} onCancel={cancel} />
    </>
  );
}
