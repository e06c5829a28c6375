import { Check, Copy } from 'lucide-react';
import { useState } from 'react';
import { classes } from './classes.ts';
import { Tip } from './tip.tsx';

const SHOWN_MS = 1_200;

/** Copies on click. `shown` may be shorter than what is copied. */
export function Copyable({
  text,
  shown = text,
  label,
  mono = false,
  isButton = false,
  whole = false,
}: {
  readonly text: string;
  readonly shown?: string;
  /** What is copied, for people who cannot see it. */
  readonly label: string;
  readonly mono?: boolean;
  /** Nothing but a way to copy: it shows that before it is pointed at. */
  readonly isButton?: boolean;
  /** It takes the lines that it needs; otherwise it is cut off at the end of one. */
  readonly whole?: boolean;
}) {
  const [copied, setCopied] = useState(false);
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(text);
    setCopied(true);
    setTimeout(() => setCopied(false), SHOWN_MS);
  };
  const Icon = copied ? Check : Copy;
  return (
    <Tip text={copied ? 'Copied' : `Copy ${label}: ${text.slice(0, 200)}`}>
      <button
        type="button"
        onClick={(event) => {
          event.stopPropagation();
          void copy();
        }}
        className={classes(
          'group inline-flex max-w-full min-w-0 items-center gap-1 rounded-sm hover:text-accent',
          mono && 'font-mono',
        )}
      >
        <span className="sr-only">Copy {label}: </span>
        <span className={whole ? 'text-left break-all whitespace-normal' : 'truncate'}>{shown}</span>
        <Icon
          aria-hidden
          size={11}
          className={classes(
            'shrink-0',
            !isButton && 'opacity-0 group-hover:opacity-100 group-focus-visible:opacity-100',
          )}
        />
      </button>
    </Tip>
  );
}
