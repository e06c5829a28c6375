import { useMemo, useState } from 'react';
import { Button } from './button.tsx';
import { Copyable } from './copyable.tsx';
import { jsonTokens } from './json-tokens.ts';
import { bytesText } from './numbers.ts';

/** So much is shown at once; more on demand, and without colours: each one is an element of the page. */
const SHOWN_CHARACTERS = 20_000;

const COLOURS = {
  name: 'text-[var(--code-key)]',
  string: 'text-[var(--code-string)]',
  literal: 'text-[var(--code-number)]',
  sign: 'text-soft',
} as const;

/** A decoded value, to read and to copy. */
export function JsonView({ label, value }: { readonly label: string; readonly value: unknown }) {
  const text = useMemo(() => JSON.stringify(value, undefined, 2) ?? 'null', [value]);
  const [whole, setWhole] = useState(false);
  const isCut = !whole && text.length > SHOWN_CHARACTERS;
  return (
    <section aria-label={label} className="flex min-w-0 flex-col gap-1">
      <div className="flex items-center gap-2">
        <h3 className="text-sm font-medium text-soft">{label}</h3>
        <span className="ml-auto text-sm text-faint">
          <Copyable text={text} shown="Copy" label={label.toLowerCase()} />
        </span>
      </div>
      <pre
        // Long ones scroll, and must be reached without a mouse.
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls takes the focus
        tabIndex={0}
        className="max-h-96 overflow-auto rounded-md border border-line bg-sunken p-2 font-mono text-sm break-words whitespace-pre-wrap"
      >
        {text.length > SHOWN_CHARACTERS ? isCut ? text.slice(0, SHOWN_CHARACTERS) : text : <Coloured text={text} />}
      </pre>
      {isCut ? (
        <div className="flex items-center gap-2 text-sm text-soft">
          The first {bytesText(SHOWN_CHARACTERS)} of {bytesText(text.length)} are shown.
          <Button onClick={() => setWhole(true)}>Show all of it</Button>
        </div>
      ) : null}
    </section>
  );
}

function Coloured({ text }: { readonly text: string }) {
  return jsonTokens(text).map((token, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: the text of a value never changes, its pieces stay in place
    <span key={index} className={COLOURS[token.kind]}>
      {token.text}
    </span>
  ));
}
