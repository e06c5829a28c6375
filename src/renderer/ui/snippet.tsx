import { Copyable } from './copyable.tsx';

/** A piece of text for another tool, to copy. */
export function Snippet({ label, text }: { readonly label: string; readonly text: string }) {
  return (
    <section aria-label={label} className="flex min-w-0 flex-col gap-1">
      <div className="flex items-center">
        <h3 className="text-sm font-medium text-soft">{label}</h3>
        {text === '' ? null : (
          <span className="ml-auto text-sm text-faint">
            <Copyable isButton text={text} shown="Copy" label={label} />
          </span>
        )}
      </div>
      {text === '' ? (
        <p className="text-sm text-faint">It has no such form.</p>
      ) : (
        <pre
          // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls takes the focus
          tabIndex={0}
          className="max-h-48 overflow-auto rounded-md border border-line bg-sunken p-2 font-mono text-sm break-words whitespace-pre-wrap"
        >
          {text}
        </pre>
      )}
    </section>
  );
}
