import { Tabs as Radix } from 'radix-ui';
import type { ReactNode } from 'react';

export interface Tab<T extends string> {
  readonly value: T;
  readonly label: ReactNode;
}

/** A row of tabs; the content is up to the caller, in `Tabs.Content` of the same value. */
export function Tabs<T extends string>({
  label,
  value,
  tabs,
  onChange,
  children,
  actions,
}: {
  readonly label: string;
  readonly value: T;
  readonly tabs: readonly Tab<T>[];
  readonly onChange: (value: T) => void;
  readonly children: ReactNode;
  /** At the right end of the row. */
  readonly actions?: ReactNode;
}) {
  return (
    <Radix.Root value={value} onValueChange={(next) => onChange(next as T)} className="flex min-h-0 flex-1 flex-col">
      <div className="flex items-center gap-2 border-b border-line pr-2 pl-1">
        <Radix.List aria-label={label} className="flex min-w-0 flex-1 gap-1">
          {tabs.map((tab) => (
            <Radix.Trigger
              key={tab.value}
              value={tab.value}
              className="-mb-px border-b-2 border-transparent px-2 py-1.5 text-soft hover:text-text data-[state=active]:border-accent data-[state=active]:text-text"
            >
              {tab.label}
            </Radix.Trigger>
          ))}
        </Radix.List>
        {actions}
      </div>
      {children}
    </Radix.Root>
  );
}

export function TabContent({ value, children }: { readonly value: string; readonly children: ReactNode }) {
  return (
    <Radix.Content value={value} className="flex min-h-0 flex-1 flex-col" tabIndex={-1}>
      {children}
    </Radix.Content>
  );
}
