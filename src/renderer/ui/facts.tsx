import { type ReactNode, useId } from 'react';
import { classes } from './classes.ts';

/** Labels on the left, what they say on the right. */
export function Facts({ children }: { readonly children: ReactNode }) {
  return <dl className="grid grid-cols-[104px_minmax(0,1fr)] gap-x-2 gap-y-1">{children}</dl>;
}

export function Fact({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    <>
      <dt className="text-faint">{label}</dt>
      <dd className="min-w-0 break-words">{children}</dd>
    </>
  );
}

/** A part of a detail under its own heading, with what can be done about it at the right. */
export function DetailSection({
  title,
  actions,
  framed = false,
  children,
}: {
  readonly title: string;
  readonly actions?: ReactNode;
  /** What a person does here, set apart from what is told. */
  readonly framed?: boolean;
  readonly children: ReactNode;
}) {
  const id = useId();
  return (
    <section
      aria-labelledby={id}
      className={classes('flex min-w-0 flex-col gap-1.5', framed && 'rounded-md border border-line bg-canvas p-2.5')}
    >
      <div className="flex min-h-6 items-center gap-2">
        <h3 id={id} className="font-semibold">
          {title}
        </h3>
        <div className="ml-auto flex items-center gap-1.5">{actions}</div>
      </div>
      {children}
    </section>
  );
}
