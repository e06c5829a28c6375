import { Tooltip } from 'radix-ui';
import type { ReactNode } from 'react';

/** Says more on hover and focus. The child must take a ref and handlers: an element, not text. */
export function Tip({ text, children }: { readonly text: ReactNode; readonly children: ReactNode }) {
  return (
    <Tooltip.Root>
      <Tooltip.Trigger asChild>{children}</Tooltip.Trigger>
      <Tooltip.Portal>
        <Tooltip.Content
          sideOffset={4}
          collisionPadding={8}
          className="z-50 max-w-80 rounded-md border border-line-strong bg-raised px-2 py-1 text-sm text-text shadow-[var(--shadow)]"
        >
          {text}
        </Tooltip.Content>
      </Tooltip.Portal>
    </Tooltip.Root>
  );
}
