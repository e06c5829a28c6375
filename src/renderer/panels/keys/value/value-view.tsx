import { useMemo, useState } from 'react';
import type { Bytes } from '../../../../contract/index.ts';
import { Copyable } from '../../../ui/copyable.tsx';
import { bytesText } from '../../../ui/numbers.ts';
import { Segmented } from '../../../ui/segmented.tsx';
import { bytesOf } from '../bytes.ts';
import { formatHex, hexRowCount } from '../hex.ts';
import { formatJson } from '../json-format.ts';
import { CodeEditor } from './code-editor.tsx';
import { HexView } from './hex-view.tsx';
import { formOf, shownText, type ValueForm } from './value-forms.ts';

const HEIGHT_PX_MAX = 280;
const LINE_PX = 18;
const HEX_LINE_PX = 20;
/** Padding above and below, and the border. */
const AROUND_PX = 18;
/** About so many characters stand beside each other where a value is shown. */
const LINE_CHARS = 48;

/** As high as the text is, as far as there is room: editors want to know their height. */
function textHeightPx(text: string): number {
  let lines = 0;
  for (const line of text.split('\n')) {
    lines += Math.max(1, Math.ceil(line.length / LINE_CHARS));
    if (lines * LINE_PX > HEIGHT_PX_MAX) break;
  }
  return Math.min(HEIGHT_PX_MAX, lines * LINE_PX + AROUND_PX);
}

function hexHeightPx(sizeBytes: number): number {
  return Math.min(HEIGHT_PX_MAX, hexRowCount(sizeBytes) * HEX_LINE_PX + AROUND_PX);
}

/** Some bytes to be read: as text, as JSON that is laid out, or as they are. Nothing of it is parsed as a page or run. */
export function ValueView({ label, value }: { readonly label: string; readonly value: Bytes }) {
  const bytes = useMemo(() => bytesOf(value), [value]);
  const guessed = useMemo(() => formOf({ bytes, isComplete: true }), [bytes]);
  const text = useMemo(() => shownText({ bytes, isComplete: true }), [bytes]);
  const [chosen, setChosen] = useState<ValueForm | undefined>(undefined);
  const wanted = chosen ?? guessed;
  // Another value of the same label may be none of what was chosen for the one before.
  const form = text === undefined ? 'hex' : wanted === 'json' && guessed !== 'json' ? 'text' : wanted;
  const shown = useMemo(() => (form === 'json' && text !== undefined ? formatJson(text) : (text ?? '')), [form, text]);
  const refusal = text === undefined ? 'these bytes are no text' : '';
  return (
    <section aria-label={label} className="flex min-w-0 flex-col gap-1">
      <div className="flex items-center gap-2">
        <h3 className="text-sm font-medium text-soft">{label}</h3>
        <span className="text-sm text-faint">{bytesText(bytes.length)}</span>
        <span className="ml-auto text-sm text-faint">
          {bytes.length === 0 ? null : (
            <Copyable text={text ?? formatHex(bytes)} shown="Copy" label={label.toLowerCase()} />
          )}
        </span>
        {bytes.length === 0 ? null : (
          <Segmented<ValueForm>
            label={`${label} as`}
            value={form}
            choices={[
              { value: 'text', label: 'Text', refusal },
              { value: 'json', label: 'JSON', refusal: refusal || (guessed === 'json' ? '' : 'this is no JSON') },
              { value: 'hex', label: 'Hex' },
            ]}
            onChange={setChosen}
          />
        )}
      </div>
      {bytes.length === 0 ? (
        <p className="text-sm text-faint">Empty: no bytes.</p>
      ) : (
        <div
          className="flex flex-col overflow-hidden rounded-md border border-line"
          style={{ height: form === 'hex' ? hexHeightPx(bytes.length) : textHeightPx(shown) }}
        >
          {form === 'hex' ? (
            <HexView bytes={bytes} label={`Bytes of ${label.toLowerCase()}`} />
          ) : (
            <CodeEditor label={label} text={shown} base={shown} generation={shown} language={form} readOnly />
          )}
        </div>
      )}
    </section>
  );
}
