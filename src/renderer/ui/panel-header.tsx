import type { ReactNode } from 'react';

/** The same first line in every panel: its name, what it is about, and what can be done. */
export function PanelHeader({
  title,
  about,
  children,
}: {
  readonly title: string;
  readonly about?: ReactNode;
  /** Filters and buttons. */
  readonly children?: ReactNode;
}) {
  return (
    <header className="flex min-h-11 flex-wrap items-center gap-x-3 gap-y-1 border-b border-line bg-surface px-3 py-1.5">
      <h1 className="text-lg font-semibold">{title}</h1>
      {about === undefined ? null : <div className="min-w-0 flex-1 truncate text-soft">{about}</div>}
      <div className="ml-auto flex flex-wrap items-center gap-2">{children}</div>
    </header>
  );
}
