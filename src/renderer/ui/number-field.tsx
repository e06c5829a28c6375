import type { ReactNode } from 'react';
import { Field, TextInput } from './field.tsx';

/** A number as it is typed, with its label; what it means and whether it is right is for whoever asks for it. */
export function NumberField({
  label,
  hint,
  error,
  value,
  onChange,
  isWhole = false,
  mono = false,
  autoFocus = false,
  className,
}: {
  readonly label: string;
  readonly hint?: ReactNode;
  readonly error?: string;
  readonly value: string;
  /** Without the spaces around it. */
  readonly onChange: (value: string) => void;
  readonly isWhole?: boolean;
  readonly mono?: boolean;
  readonly autoFocus?: boolean;
  readonly className?: string;
}) {
  return (
    <Field label={label} hint={hint} {...(error === undefined ? {} : { error })}>
      {(ids) => (
        <TextInput
          {...ids}
          mono={mono}
          autoFocus={autoFocus}
          inputMode={isWhole ? 'numeric' : 'decimal'}
          className={className}
          value={value}
          onChange={(event) => onChange(event.target.value.trim())}
        />
      )}
    </Field>
  );
}
