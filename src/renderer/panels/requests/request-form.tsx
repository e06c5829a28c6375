import { Play, Square } from 'lucide-react';
import { useState } from 'react';
import type { RequestMethod } from '../../../contract/index.ts';
import { useWriteRefusal } from '../../cell/cell-store.ts';
import { client } from '../../connection/connection-store.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Select } from '../../ui/field.tsx';
import { JsonEditor } from '../../ui/json-editor.tsx';
import { FormReply } from './form-reply.tsx';
import { chooseMethod, giveUp, repeatsWrite, sendRequest, typeRequest, useForm } from './form-store.ts';
import { laidOut, parseRequest } from './request-text.ts';
import { SentRequests } from './sent-requests.tsx';

/** Any request that can be issued, typed as JSON. */
export function RequestForm({ methods }: { readonly methods: readonly RequestMethod[] }) {
  const form = useForm();
  const writeRefusal = useWriteRefusal();
  const [asks, setAsks] = useState(false);
  const method = methods.find(({ name }) => name === form.method);
  const parsed = parseRequest(form.text);
  const isSending = form.outcome.kind === 'sending';
  const refusal = refusalOf();
  function refusalOf(): string {
    if (method === undefined) return 'choose a method first';
    if (parsed.kind === 'problem') return 'the request is not valid';
    return method.effect === 'write' ? writeRefusal : '';
  }
  const submit = (): void => {
    if (refusal !== '' || isSending) return;
    if (repeatsWrite(useForm.getState(), methods)) setAsks(true);
    else void sendRequest(client());
  };
  return (
    <div className="flex min-h-0 flex-1 flex-col gap-3 overflow-auto p-3">
      <div className="flex flex-wrap items-center gap-2">
        <Select
          label="Method"
          value={form.method}
          choices={[
            { value: '', label: 'Choose a method…' },
            ...methods.map(({ name }) => ({ value: name, label: name })),
          ]}
          onChange={(name) => {
            const chosen = methods.find((candidate) => candidate.name === name);
            if (chosen !== undefined) chooseMethod(chosen);
          }}
          className="w-48"
        />
        {method === undefined ? null : (
          <Badge tone={method.effect === 'write' ? 'warning' : 'neutral'}>
            {method.effect === 'write' ? 'writes' : 'only reads'}
          </Badge>
        )}
        <Button
          variant="ghost"
          refusal={method === undefined ? 'choose a method first' : ''}
          onClick={() => method !== undefined && typeRequest(laidOut(method.example))}
        >
          Example
        </Button>
      </div>
      <div className="h-56 shrink-0">
        <JsonEditor label="Request as JSON" text={form.text} onChange={typeRequest} onSubmit={submit} />
      </div>
      <div className="flex min-h-7 items-center gap-2">
        <div role="status" className="min-w-0 flex-1 text-sm break-words text-bad">
          {form.text !== '' && parsed.kind === 'problem' ? parsed.text : ''}
        </div>
        {isSending ? (
          <Button icon={Square} onClick={giveUp}>
            Stop waiting
          </Button>
        ) : null}
        <Button
          variant="primary"
          icon={Play}
          busy={isSending}
          refusal={refusal}
          onClick={submit}
          aria-keyshortcuts="Control+Enter Meta+Enter"
        >
          Send
        </Button>
      </div>
      <FormReply outcome={form.outcome} />
      <SentRequests history={form.history} />
      <Dialog
        open={asks}
        onOpenChange={setAsks}
        title={`Send ${form.method} again?`}
        description="It is a new write: what it does is done once more."
        footer={
          <>
            <Button onClick={() => setAsks(false)}>Do not send</Button>
            <Button
              variant="primary"
              onClick={() => {
                setAsks(false);
                void sendRequest(client());
              }}
            >
              Send again
            </Button>
          </>
        }
      >
        The request goes out as it stands in the form, under a new sequence. To write only if nothing has changed
        meanwhile, send CompareAndWrite instead.
      </Dialog>
    </div>
  );
}
