import type { LucideIcon } from 'lucide-react';
import type { ButtonHTMLAttributes, Ref } from 'react';
import { classes } from './classes.ts';
import { Tip } from './tip.tsx';

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  /** `primary`: the one thing to do here. `danger`: it destroys. `ghost`: in rows and bars. */
  readonly variant?: 'primary' | 'plain' | 'danger' | 'ghost';
  readonly icon?: LucideIcon;
  readonly busy?: boolean;
  /** Why it cannot be pressed now; non-empty disables it and is told on hover and to screen readers. */
  readonly refusal?: string;
  readonly ref?: Ref<HTMLButtonElement>;
}

const VARIANTS = {
  primary: 'bg-accent text-on-accent hover:bg-accent-strong border-transparent',
  plain: 'bg-raised text-text hover:bg-hover border-line-strong',
  danger: 'bg-raised text-bad hover:bg-bad-soft border-bad',
  ghost: 'bg-transparent text-soft hover:bg-hover hover:text-text border-transparent',
} as const;

export function Button({
  variant = 'plain',
  icon: Icon,
  busy = false,
  refusal = '',
  disabled,
  className,
  children,
  ...rest
}: ButtonProps) {
  const isOff = disabled === true || refusal !== '' || busy;
  const button = (
    <button
      type="button"
      {...rest}
      // Not `disabled`: it stays in the order of focus, so that its reason can be read.
      aria-disabled={isOff || undefined}
      aria-busy={busy || undefined}
      onClick={isOff ? (event) => event.preventDefault() : rest.onClick}
      className={classes(
        'inline-flex h-7 shrink-0 items-center justify-center gap-1.5 rounded-md border px-2.5 font-medium whitespace-nowrap transition-colors duration-100',
        VARIANTS[variant],
        isOff && 'opacity-55',
        // Without its colour the word on it could not be read.
        isOff && variant !== 'primary' && 'hover:bg-transparent',
        className,
      )}
    >
      {Icon === undefined ? null : <Icon aria-hidden size={14} />}
      {children}
    </button>
  );
  return refusal === '' ? button : <Tip text={`Not now: ${refusal}`}>{button}</Tip>;
}

export interface IconButtonProps extends Omit<ButtonProps, 'children'> {
  readonly icon: LucideIcon;
  /** For screen readers and on hover. */
  readonly label: string;
  readonly pressed?: boolean;
}

export function IconButton({ icon: Icon, label, pressed, refusal = '', className, ...rest }: IconButtonProps) {
  const isOff = rest.disabled === true || refusal !== '';
  return (
    <Tip text={refusal === '' ? label : `${label}. Not now: ${refusal}`}>
      <button
        type="button"
        {...rest}
        disabled={undefined}
        aria-label={label}
        aria-pressed={pressed}
        aria-disabled={isOff || undefined}
        onClick={isOff ? (event) => event.preventDefault() : rest.onClick}
        className={classes(
          'inline-flex size-7 shrink-0 items-center justify-center rounded-md text-soft hover:bg-hover hover:text-text',
          pressed === true && 'bg-selected text-text',
          isOff && 'opacity-50',
          className,
        )}
      >
        <Icon aria-hidden size={15} />
      </button>
    </Tip>
  );
}
