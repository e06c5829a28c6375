import { Lock, type LucideIcon, PlugZap, TriangleAlert } from 'lucide-react';
import { Fragment, type ReactNode } from 'react';
import { useShallow } from 'zustand/react/shallow';
import { useCell } from '../cell/cell-store.ts';
import { useConnection } from '../connection/connection-store.ts';
import { dashboardUrl } from '../panels/participants/dashboard-link.tsx';
import { ClockTime } from '../ui/time.tsx';

/**
 * What holds in every panel: no connection, no majority, read-only. It stands in the top bar, where there is room for it, so
 * that nothing moves under the pointer when it comes and goes by itself.
 */
export function TopNotice() {
  const { phase, lostSinceMs } = useConnection(useShallow(({ phase, lostSinceMs }) => ({ phase, lostSinceMs })));
  const state = useCell(
    useShallow(({ view }) => ({
      known: view !== undefined,
      writable: view?.status.writable ?? true,
      reason: view?.status.unwritableReason ?? '',
      sinceMs: view?.status.unwritableSinceMs ?? 0,
      readOnly: view?.status.readOnly ?? false,
    })),
  );
  if (phase === 'lost') {
    return (
      <Notice icon={PlugZap}>
        The agent has not answered since <ClockTime atMs={lostSinceMs} />.{' '}
        {state.known ? 'What is shown is from before; it' : 'It'} is asked again by itself.
        <OtherDashboards />
      </Notice>
    );
  }
  if (!state.writable) {
    return (
      <Notice icon={TriangleAlert}>
        Read-only since <ClockTime atMs={state.sinceMs} />: {state.reason}. Local reads may be old; it recovers by
        itself.
      </Notice>
    );
  }
  if (!state.readOnly) return null;
  return (
    <Notice icon={Lock}>
      Read-only mode: this agent refuses every change made here. It can be switched off in Settings.
    </Notice>
  );
}

/** Every agent shows the whole cell. In the app the window goes nowhere else, and its agent is the one that has ended. */
function OtherDashboards() {
  const inBrowser = useConnection((state) => state.transport === 'http');
  const others = useCell(({ view }) => view?.participants)?.filter(
    ({ isSelf, suspect, httpAddress }) => !isSelf && !suspect && httpAddress !== '',
  );
  if (!inBrowser || others === undefined || others.length === 0) return null;
  return (
    <>
      {' '}
      Meanwhile:{' '}
      {others.map(({ agentId, name, httpAddress }, at) => (
        <Fragment key={agentId}>
          {at === 0 ? '' : ', '}
          <a href={dashboardUrl(httpAddress)} className="font-medium underline">
            {name}
          </a>
        </Fragment>
      ))}
      .
    </>
  );
}

function Notice({ icon: Icon, children }: { readonly icon: LucideIcon; readonly children: ReactNode }) {
  return (
    <div
      role="status"
      className="flex h-9 max-w-[720px] min-w-0 flex-1 items-center gap-2 rounded-md bg-warning-soft px-2 text-sm text-warning"
    >
      <Icon aria-hidden size={15} className="shrink-0" />
      <span className="line-clamp-2 min-w-0">{children}</span>
    </div>
  );
}
