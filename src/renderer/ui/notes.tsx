import { CircleAlert, Inbox, type LucideIcon, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { effectText, failureOf } from '../connection/failure.ts';
import { Button } from './button.tsx';

/** An empty panel says what would be here, and offers what fills it. */
export function Empty({
  icon: Icon = Inbox,
  title,
  children,
  action,
}: {
  readonly icon?: LucideIcon;
  readonly title: string;
  readonly children?: ReactNode;
  readonly action?: ReactNode;
}) {
  return (
    <div className="flex h-full min-h-40 flex-1 flex-col items-center justify-center gap-2 p-8 text-center">
      <Icon aria-hidden size={28} className="text-faint" />
      <div className="font-medium">{title}</div>
      {children === undefined ? null : <div className="max-w-96 text-soft">{children}</div>}
      {action === undefined ? null : <div className="mt-2">{action}</div>}
    </div>
  );
}

/** In the place of what is being asked for. Words come only when it takes longer than a blink. */
export function Waiting({ children }: { readonly children: ReactNode }) {
  return (
    <div aria-busy className="flex min-h-0 flex-1 items-center justify-center p-8 text-center text-faint">
      <span className="appear-late">{children}</span>
    </div>
  );
}

/** What failed, in one line, with what became of the data and a way on. */
export function ErrorNote({
  error,
  onRetry,
  isWrite = false,
}: {
  readonly error: unknown;
  readonly onRetry?: () => void;
  /** It was to change something: it is told what became of that. A read changes nothing, whatever came of it. */
  readonly isWrite?: boolean;
}) {
  const failure = failureOf(error);
  return (
    <div role="alert" className="m-2 flex items-start gap-2 rounded-md bg-bad-soft px-3 py-2 text-bad">
      <CircleAlert aria-hidden size={15} className="mt-0.5 shrink-0" />
      <div className="min-w-0 flex-1">
        <div className="break-words">{failure.message}</div>
        <div className="text-sm">
          {failure.reason}
          {isWrite ? ` · ${effectText(failure.effect)}` : ''}
        </div>
      </div>
      {onRetry === undefined ? null : <Button onClick={onRetry}>Try again</Button>}
    </div>
  );
}

export function WarningNote({ children }: { readonly children: ReactNode }) {
  return (
    <div className="flex items-start gap-2 rounded-md bg-warning-soft px-3 py-2 text-warning">
      <TriangleAlert aria-hidden size={15} className="mt-0.5 shrink-0" />
      <div className="min-w-0 flex-1 break-words">{children}</div>
    </div>
  );
}
