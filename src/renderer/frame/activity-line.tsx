import { CircleAlert, CircleCheck, CircleSlash, LoaderCircle } from 'lucide-react';
import { Popover } from 'radix-ui';
import { type Activity, useActivity } from '../activity/activity-store.ts';
import { effectText, sentence } from '../connection/failure.ts';
import { Button } from '../ui/button.tsx';
import { durationText } from '../ui/numbers.ts';
import { Ago } from '../ui/time.tsx';
import { showActivity, useOverlays } from './palette-store.ts';

/** What is running, what failed, and a way to the details. */
export function ActivityLine() {
  const activities = useActivity((state) => state.activities);
  const listOpen = useOverlays((state) => state.activity);
  const running = activities.filter((activity) => activity.state === 'running');
  const shown = running[0] ?? activities[0];
  return (
    <footer className="flex h-8 items-center gap-3 border-t border-line bg-canvas px-3 text-sm">
      <div aria-live="polite" className="flex min-w-0 flex-1 items-center gap-2">
        {shown === undefined ? (
          <span className="text-faint">What you do shows up here.</span>
        ) : (
          <ActivityText activity={shown} />
        )}
        {running.length > 1 ? <span className="text-faint">and {running.length - 1} more</span> : null}
      </div>
      {activities.length === 0 ? null : (
        <Popover.Root open={listOpen} onOpenChange={showActivity}>
          <Popover.Trigger asChild>
            <Button variant="ghost">Activity ({activities.length})</Button>
          </Popover.Trigger>
          <Popover.Portal>
            <Popover.Content
              side="top"
              align="end"
              sideOffset={4}
              aria-label="Activity"
              className="z-50 max-h-96 w-[520px] overflow-auto rounded-md border border-line-strong bg-raised p-2 shadow-[var(--shadow)]"
            >
              <ul className="flex flex-col gap-1">
                {activities.map((activity) => (
                  <li
                    key={activity.id}
                    className="flex min-w-0 items-start gap-2 rounded-sm px-1 py-0.5 hover:bg-hover"
                  >
                    <ActivityText activity={activity} whole />
                    <span className="ml-auto shrink-0 text-faint">
                      <Ago atMs={activity.startedMs} />
                    </span>
                  </li>
                ))}
              </ul>
            </Popover.Content>
          </Popover.Portal>
        </Popover.Root>
      )}
    </footer>
  );
}

function ActivityText({ activity, whole = false }: { readonly activity: Activity; readonly whole?: boolean }) {
  const { label, state, failure, outcome, durationMs } = activity;
  const text = whole ? 'break-words' : 'truncate';
  if (state === 'running') {
    return (
      <>
        <LoaderCircle aria-hidden size={14} className="shrink-0 animate-spin text-accent" />
        <span className={text}>{label}…</span>
      </>
    );
  }
  if (failure !== undefined) {
    return (
      <>
        <CircleAlert aria-hidden size={14} className="mt-px shrink-0 text-bad" />
        <span className={`${text} text-bad`}>
          {label} failed: {sentence(failure.message)} {effectText(failure.effect)}
        </span>
      </>
    );
  }
  return (
    <>
      {state === 'done' ? (
        <CircleCheck aria-hidden size={14} className="mt-px shrink-0 text-good" />
      ) : (
        <CircleSlash aria-hidden size={14} className="mt-px shrink-0 text-warning" />
      )}
      <span className={text}>
        {label}: {outcome || 'done'} <span className="text-faint">({durationText(durationMs)})</span>
      </span>
    </>
  );
}
