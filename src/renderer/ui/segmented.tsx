import type { ReactNode } from 'react';
import { classes } from './classes.ts';

export interface SegmentedChoice<T extends string> {
  readonly value: T;
  readonly label: ReactNode;
  /** Why it cannot be chosen now. */
  readonly refusal?: string;
}

/** One of a few, all in sight. Arrow keys move within it, as in any group of radio buttons. */
export function Segmented<T extends string>({
  label,
  value,
  choices,
  onChange,
}: {
  readonly label: string;
  readonly value: T;
  readonly choices: readonly SegmentedChoice<T>[];
  readonly onChange: (value: T) => void;
}) {
  return (
    <fieldset className="inline-flex h-7 shrink-0 items-stretch rounded-md border border-line-strong bg-sunken p-px">
      <legend className="sr-only">{label}</legend>
      {choices.map((choice) => {
        const isOff = (choice.refusal ?? '') !== '';
        return (
          <label
            key={choice.value}
            title={choice.refusal}
            className={classes(
              'flex items-center rounded-[5px] px-2 has-[:focus-visible]:outline-2 has-[:focus-visible]:outline-focus',
              choice.value === value ? 'bg-raised font-medium text-text shadow-sm' : 'text-soft hover:text-text',
              isOff && 'opacity-50',
            )}
          >
            <input
              type="radio"
              name={label}
              className="sr-only"
              checked={choice.value === value}
              disabled={isOff}
              onChange={() => onChange(choice.value)}
            />
            {choice.label}
          </label>
        );
      })}
    </fieldset>
  );
}
