import { ExternalLink } from 'lucide-react';
import type { ParticipantView } from '../../../contract/index.ts';
import { act } from '../../activity/activity-store.ts';
import { client, useConnection } from '../../connection/connection-store.ts';
import { Button } from '../../ui/button.tsx';

/** In the app the machine's browser opens it: its window goes nowhere else. */
export function openDashboard({ agentId, name, httpAddress }: ParticipantView): void {
  if (useConnection.getState().transport === 'port') {
    void act(`Open the dashboard of ${name}`, () => client().app.openDashboard({ agentId }));
  } else {
    window.open(dashboardUrl(httpAddress), '_blank', 'noopener');
  }
}

export function DashboardLink({ participant }: { readonly participant: ParticipantView }) {
  const inApp = useConnection((state) => state.transport === 'port');
  const { httpAddress } = participant;
  if (httpAddress === '') return <span className="text-faint">none told</span>;
  if (inApp) {
    return (
      <Button icon={ExternalLink} onClick={() => openDashboard(participant)}>
        Open its dashboard
      </Button>
    );
  }
  return (
    <a
      href={dashboardUrl(httpAddress)}
      target="_blank"
      rel="noopener"
      className="inline-flex h-7 items-center gap-1.5 rounded-md border border-line-strong bg-raised px-2.5 font-medium hover:bg-hover"
    >
      <ExternalLink aria-hidden size={14} />
      Open its dashboard
    </a>
  );
}

export function dashboardUrl(httpAddress: string): string {
  return `http://${httpAddress}/`;
}
