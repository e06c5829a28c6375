import { classes } from '../../ui/classes.ts';

/** Distinguishable for all common kinds of colour blindness, for each theme; the letter says who it is as well. */
const HUES = [
  'light-dark(#0063a3, #56b4e9)',
  'light-dark(#9a5b00, #f0a830)',
  'light-dark(#00684d, #2fcfa2)',
  'light-dark(#9c2f6f, #e08fbd)',
  'light-dark(#4a4fb0, #a7acff)',
] as const;

export function hueOf(index: number): string {
  return HUES[index % HUES.length]!;
}

/** A letter in a box with a coloured edge. */
export function ClientMark({
  index,
  letter,
  small = false,
  faint = false,
}: {
  readonly index: number;
  readonly letter: string;
  readonly small?: boolean;
  readonly faint?: boolean;
}) {
  return (
    <span
      className={classes(
        'inline-flex shrink-0 items-center justify-center border-b-2 bg-sunken font-mono font-semibold',
        small ? 'h-4 w-3.5 rounded-[2px] text-[10px] leading-none' : 'size-5 rounded-sm text-sm',
        faint && 'opacity-50',
      )}
      style={{ borderColor: hueOf(index) }}
    >
      {letter}
    </span>
  );
}
