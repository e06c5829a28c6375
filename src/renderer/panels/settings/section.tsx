import { type ReactNode, useId } from 'react';

/** A part of the settings under its own heading. */
export function Section({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  const id = useId();
  return (
    <section aria-labelledby={id}>
      <h2 id={id} className="mb-1.5 font-semibold">
        {title}
      </h2>
      {children}
    </section>
  );
}
