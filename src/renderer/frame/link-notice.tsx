import { Link2 } from 'lucide-react';
import { client } from '../connection/connection-store.ts';
import { useApp } from '../first-run/app-store.ts';
import { Button } from '../ui/button.tsx';

/** A link that somebody opened: it says why this agent does not follow it. */
export function LinkNotice() {
  const link = useApp(({ app }) => app?.link ?? null);
  if (link === null) return null;
  return (
    <div role="status" className="flex items-center gap-2 border-b border-line bg-warning-soft px-3 py-1 text-warning">
      <Link2 aria-hidden size={15} className="shrink-0" />
      <span className="min-w-0">
        {link.text} This agent is in a cell already and does not leave it; to join, start another app with a state
        directory of its own.
        <Button variant="ghost" onClick={() => void client().app.dismissLink()}>
          Forget the link
        </Button>
      </span>
    </div>
  );
}
