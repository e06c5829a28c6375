import { Command } from 'cmdk';
import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import { closePalette } from './palette-store.ts';

/** One thing to go to or to do. It is found by everything in `value`. */
export function PaletteItem({
  value,
  icon: Icon,
  hint,
  always = false,
  onSelect,
  children,
}: {
  readonly value: string;
  readonly icon: LucideIcon;
  readonly hint?: ReactNode;
  /** Shown whatever was typed: it was chosen by that already. */
  readonly always?: boolean;
  readonly onSelect: () => void;
  readonly children: ReactNode;
}) {
  return (
    <Command.Item
      value={value}
      forceMount={always}
      onSelect={() => {
        closePalette();
        onSelect();
      }}
      className="flex h-8 items-center gap-2 rounded-sm px-2 data-[selected=true]:bg-selected"
    >
      <Icon aria-hidden size={15} className="shrink-0 text-faint" />
      <span className="truncate">{children}</span>
      {hint === undefined ? null : <span className="ml-auto shrink-0 pl-4 text-sm text-soft">{hint}</span>}
    </Command.Item>
  );
}

export function PaletteGroup({
  heading,
  always = false,
  children,
}: {
  readonly heading: string;
  readonly always?: boolean;
  readonly children: ReactNode;
}) {
  return (
    <Command.Group
      heading={heading}
      forceMount={always}
      className="[&_[cmdk-group-heading]]:px-2 [&_[cmdk-group-heading]]:pt-2 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:text-xs [&_[cmdk-group-heading]]:text-faint"
    >
      {children}
    </Command.Group>
  );
}
