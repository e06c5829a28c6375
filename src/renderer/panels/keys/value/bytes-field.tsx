import { Field } from '../../../ui/field.tsx';
import { Segmented } from '../../../ui/segmented.tsx';
import type { BytesDraft } from './bytes-draft.ts';
import { draftProblem, inForm } from './bytes-draft.ts';

/** Some bytes to be written, as text or as pairs of hex digits. Enter is a line; Ctrl/Cmd-Enter submits the form. */
export function BytesField({
  label,
  hint,
  draft,
  rows = 3,
  autoFocus = false,
  onChange,
}: {
  readonly label: string;
  readonly hint?: string;
  readonly draft: BytesDraft;
  readonly rows?: number;
  readonly autoFocus?: boolean;
  readonly onChange: (draft: BytesDraft) => void;
}) {
  return (
    <div className="relative">
      <div className="absolute -top-1.5 right-0">
        <Segmented
          label={`${label} as`}
          value={draft.form}
          choices={[
            { value: 'text', label: 'Text' },
            { value: 'hex', label: 'Hex' },
          ]}
          onChange={(form) => onChange(inForm(draft, form))}
        />
      </div>
      <Field label={label} hint={hint} error={draftProblem(draft)}>
        {(ids) => (
          <textarea
            {...ids}
            // biome-ignore lint/a11y/noAutofocus: a dialog begins where one types
            autoFocus={autoFocus}
            spellCheck={false}
            rows={rows}
            value={draft.text}
            onChange={(event) => onChange({ ...draft, text: event.target.value })}
            onKeyDown={(event) => {
              if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
              event.preventDefault();
              event.currentTarget.form?.requestSubmit();
            }}
            className="mt-1 min-h-8 resize-y rounded-md border border-line-strong bg-surface px-2 py-1 font-mono"
          />
        )}
      </Field>
    </div>
  );
}
