import type { LucideIcon } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import type { ReactNode } from 'react';
import { classes } from './classes.ts';

export interface MenuItem {
  readonly label: string;
  readonly icon?: LucideIcon;
  readonly onSelect: () => void;
  readonly danger?: boolean;
  /** At the right end; it may change while the menu is open. */
  readonly hint?: ReactNode;
  /** Tells items of the same label apart. */
  readonly id?: string;
  /** Why it cannot be chosen now. */
  readonly refusal?: string;
}

/** What can be done with something, behind one button. `null` in the items draws a line. */
export function Menu({
  trigger,
  items,
}: {
  /** A button: takes a ref and handlers. */
  readonly trigger: ReactNode;
  readonly items: readonly (MenuItem | null)[];
}) {
  return (
    <DropdownMenu.Root>
      <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          align="end"
          sideOffset={4}
          collisionPadding={8}
          className="z-50 min-w-44 rounded-md border border-line-strong bg-raised p-1 shadow-[var(--shadow)]"
        >
          {items.map((item, index) =>
            item === null ? (
              // biome-ignore lint/suspicious/noArrayIndexKey: a line has no identity of its own
              <DropdownMenu.Separator key={`line-${index}`} className="my-1 h-px bg-line" />
            ) : (
              <DropdownMenu.Item
                key={item.id ?? item.label}
                disabled={(item.refusal ?? '') !== ''}
                onSelect={item.onSelect}
                title={item.refusal}
                className={classes(
                  'flex items-center gap-2 rounded-sm px-2 py-1 outline-none data-[disabled]:opacity-50 data-[highlighted]:bg-hover',
                  item.danger === true && 'text-bad',
                )}
              >
                {item.icon === undefined ? <span className="w-3.5" /> : <item.icon aria-hidden size={14} />}
                {item.label}
                {item.hint === undefined ? null : <span className="ml-auto pl-4 text-sm text-faint">{item.hint}</span>}
              </DropdownMenu.Item>
            ),
          )}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}
