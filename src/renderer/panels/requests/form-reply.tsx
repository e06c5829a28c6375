import { CircleCheck } from 'lucide-react';
import { replaceQuery } from '../../navigation/navigation-store.ts';
import { Button } from '../../ui/button.tsx';
import { JsonView } from '../../ui/json-view.tsx';
import { ErrorNote } from '../../ui/notes.tsx';
import { durationText } from '../../ui/numbers.ts';
import { Snippet } from '../../ui/snippet.tsx';
import type { FormOutcome } from './form-store.ts';

/** What the request that was sent last came to. */
export function FormReply({ outcome }: { readonly outcome: FormOutcome }) {
  switch (outcome.kind) {
    case 'none':
      return <p className="text-soft">The reply shows up here. Ctrl-Enter in the editor sends, too.</p>;
    case 'sending':
      return <p className="text-soft">Waiting for the reply to {outcome.method}…</p>;
    case 'failed':
      return (
        <div className="flex flex-col gap-1">
          <ErrorNote error={outcome.error} isWrite />
          <p className="px-2 text-sm text-faint">
            {outcome.method} after {durationText(outcome.durationMs)}
          </p>
        </div>
      );
    case 'replied': {
      const { reply, durationMs, messageId, asCli, asGrpc, asTypeScript } = outcome.reply;
      return (
        <div className="flex flex-col gap-3">
          <div className="flex items-center gap-2">
            <CircleCheck aria-hidden size={14} className="text-good" />
            <span>
              {outcome.method} was answered in <span className="font-mono">{durationText(durationMs)}</span>
            </span>
            <span className="ml-auto">
              <Button variant="ghost" onClick={() => replaceQuery({ call: messageId, view: '' })}>
                Show the call
              </Button>
            </span>
          </div>
          <JsonView label="Reply" value={reply} />
          <Snippet label="Command line" text={asCli} />
          <Snippet label="gRPC" text={asGrpc} />
          <Snippet label="TypeScript" text={asTypeScript} />
        </div>
      );
    }
  }
}
