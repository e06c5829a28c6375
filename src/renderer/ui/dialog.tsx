import { X } from 'lucide-react';
import { Dialog as Radix } from 'radix-ui';
import { type ReactNode, useRef } from 'react';
import { classes } from './classes.ts';

export interface DialogProps {
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
  readonly title: string;
  /** One sentence; read out when the dialog opens. */
  readonly description?: ReactNode;
  readonly children: ReactNode;
  /** Buttons, at the bottom right; the harmless one first. */
  readonly footer?: ReactNode;
  readonly size?: 'small' | 'medium' | 'large' | 'full';
}

const SIZES = {
  small: 'h-fit w-[420px]',
  medium: 'h-fit w-[600px]',
  large: 'h-fit w-[920px]',
  full: 'w-[calc(100vw-64px)] h-[calc(100vh-64px)]',
};

export function Dialog({ open, onOpenChange, title, description, children, footer, size = 'small' }: DialogProps) {
  const focusedBefore = useRef<Element | null>(null);
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 bg-black/40" />
        <Radix.Content
          onOpenAutoFocus={() => {
            focusedBefore.current = document.activeElement;
          }}
          // Dialogs are opened by state, so Radix knows of no button to go back to.
          onCloseAutoFocus={(event) => {
            event.preventDefault();
            if (focusedBefore.current instanceof HTMLElement) focusedBefore.current.focus();
          }}
          {...(description === undefined ? { 'aria-describedby': undefined } : {})}
          className={classes(
            'fixed inset-0 z-40 m-auto flex max-h-[calc(100vh-48px)] max-w-[calc(100vw-48px)] flex-col rounded-lg border border-line-strong bg-raised shadow-[var(--shadow)]',
            SIZES[size],
          )}
        >
          <div className="flex items-start px-4 pt-3 pr-12 pb-2">
            <div className="min-w-0 flex-1">
              <Radix.Title className="text-lg font-semibold">{title}</Radix.Title>
              {description === undefined ? null : (
                <Radix.Description asChild>
                  <div className="mt-0.5 text-soft">{description}</div>
                </Radix.Description>
              )}
            </div>
          </div>
          <div className="min-h-0 flex-1 overflow-auto px-4 pt-2 pb-4">{children}</div>
          {footer === undefined ? null : (
            <div className="flex justify-end gap-2 border-t border-line px-4 py-3">{footer}</div>
          )}
          {/* Last, so that what the dialog is about has the focus first; without a tooltip, which would take Escape. */}
          <Radix.Close
            aria-label="Close"
            className="absolute top-2.5 right-2.5 inline-flex size-7 items-center justify-center rounded-md text-soft hover:bg-hover hover:text-text"
          >
            <X aria-hidden size={15} />
          </Radix.Close>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
