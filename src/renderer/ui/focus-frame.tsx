import type { ReactNode } from 'react';

/**
 * Around the one thing in it that scrolls and takes the focus: the ring lies above its rows and headings, which would paint
 * over a ring of its own.
 */
export function FocusFrame({ children }: { readonly children: ReactNode }) {
  return <div className="focus-frame relative flex min-h-0 min-w-0 flex-1 flex-col">{children}</div>;
}
