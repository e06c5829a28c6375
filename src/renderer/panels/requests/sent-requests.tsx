import { durationText } from '../../ui/numbers.ts';
import { Ago } from '../../ui/time.tsx';
import { fillForm } from './form-store.ts';
import type { SentRequest } from './request-history.ts';

/** What was sent from this page, to be sent again or changed. */
export function SentRequests({ history }: { readonly history: readonly SentRequest[] }) {
  if (history.length === 0) return null;
  return (
    <section aria-label="Sent from here" className="flex flex-col gap-1">
      <h3 className="text-sm font-medium text-soft">Sent from here</h3>
      <ul className="flex flex-col">
        {history.map((sent) => (
          <li key={sent.id}>
            <button
              type="button"
              title="Put it back into the form"
              onClick={() => fillForm(sent.method, sent.text)}
              className="flex h-7 w-full min-w-0 items-center gap-2 rounded-sm px-1 text-left hover:bg-hover"
            >
              <span className="w-36 shrink-0 truncate font-medium">{sent.method}</span>
              <span className="min-w-0 flex-1 truncate font-mono text-sm text-soft">
                {sent.text.slice(0, 200).replaceAll(/\s+/g, ' ')}
              </span>
              <span className={sent.outcome === 'OK' ? 'text-sm text-good' : 'text-sm text-bad'}>{sent.outcome}</span>
              <span className="w-14 shrink-0 text-right font-mono text-sm">{durationText(sent.durationMs)}</span>
              <span className="w-16 shrink-0 text-right text-sm text-faint">
                <Ago atMs={sent.atMs} />
              </span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
