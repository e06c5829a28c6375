import { type InputHTMLAttributes, type ReactNode, type Ref, type SelectHTMLAttributes, useId } from 'react';
import { classes } from './classes.ts';

const INPUT =
  'h-7 min-w-0 rounded-md border border-line-strong bg-surface px-2 text-text placeholder:text-faint hover:border-faint disabled:opacity-60';

/** A label above whatever takes the input; what is wrong stands below it. */
export function Field({
  label,
  hint,
  error = '',
  children,
}: {
  readonly label: string;
  readonly hint?: ReactNode;
  readonly error?: string;
  readonly children: (ids: {
    readonly id: string;
    readonly 'aria-describedby': string;
    readonly 'aria-invalid': boolean;
  }) => ReactNode;
}) {
  const id = useId();
  const noteId = `${id}-note`;
  return (
    <div className="flex min-w-0 flex-col gap-1">
      <label htmlFor={id} className="text-sm font-medium text-soft">
        {label}
      </label>
      {children({ id, 'aria-describedby': noteId, 'aria-invalid': error !== '' })}
      <div id={noteId} className={classes('text-sm empty:hidden', error === '' ? 'text-faint' : 'text-bad')}>
        {error === '' ? hint : error}
      </div>
    </div>
  );
}

export function TextInput({
  mono = false,
  className,
  ...rest
}: InputHTMLAttributes<HTMLInputElement> & {
  readonly mono?: boolean;
  readonly ref?: Ref<HTMLInputElement>;
}) {
  return (
    <input
      type="text"
      spellCheck={false}
      autoComplete="off"
      {...rest}
      className={classes(INPUT, mono && 'font-mono', className)}
    />
  );
}

export interface Choice<T extends string> {
  readonly value: T;
  readonly label: string;
  /** Neighbours with the same one stand below it as a heading. */
  readonly group?: string;
}

/** A native select: keyboard, screen reader and long lists for nothing. */
export function Select<T extends string>({
  label,
  value,
  choices,
  onChange,
  className,
  ...rest
}: Omit<SelectHTMLAttributes<HTMLSelectElement>, 'onChange' | 'value'> & {
  /** For screen readers; also shown in front when it is not in a `Field`. */
  readonly label: string;
  readonly value: T;
  readonly choices: readonly Choice<T>[];
  readonly onChange: (value: T) => void;
}) {
  return (
    <select
      aria-label={label}
      {...rest}
      value={value}
      onChange={(event) => onChange(event.target.value as T)}
      className={classes(INPUT, 'select appearance-none pr-6', className)}
    >
      {grouped(choices).map(({ group, members }) =>
        group === '' ? (
          members.map(option)
        ) : (
          <optgroup key={group} label={group}>
            {members.map(option)}
          </optgroup>
        ),
      )}
    </select>
  );
}

function option({ value, label }: Choice<string>) {
  return (
    <option key={value} value={value}>
      {label}
    </option>
  );
}

function grouped(choices: readonly Choice<string>[]): { readonly group: string; readonly members: Choice<string>[] }[] {
  const groups: { group: string; members: Choice<string>[] }[] = [];
  for (const choice of choices) {
    const group = choice.group ?? '';
    const last = groups.at(-1);
    if (last?.group === group) last.members.push(choice);
    else groups.push({ group, members: [choice] });
  }
  return groups;
}

export function Checkbox({
  label,
  checked,
  onChange,
  disabled = false,
}: {
  readonly label: ReactNode;
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
  readonly disabled?: boolean;
}) {
  return (
    <label className="inline-flex items-center gap-1.5 whitespace-nowrap">
      <input
        type="checkbox"
        checked={checked}
        disabled={disabled}
        onChange={(event) => onChange(event.target.checked)}
        className="size-3.5 accent-accent"
      />
      {label}
    </label>
  );
}
