import { CircleCheck, Info, type LucideIcon, OctagonAlert, TriangleAlert } from 'lucide-react';
import type { Alert } from '../../../contract/index.ts';
import { useAgentName, useCell } from '../../cell/cell-store.ts';
import { navigate } from '../../navigation/navigation-store.ts';
import { Button } from '../../ui/button.tsx';
import { classes } from '../../ui/classes.ts';
import { Ago } from '../../ui/time.tsx';
import { isOfLabKind, isSuspicion, type LabCause, labCauseOf } from './lab-cause.ts';
import { LabCauseNote } from './lab-cause-note.tsx';
import { useLabGlimpse } from './use-lab-glimpse.ts';

const LOOKS: Readonly<Record<Alert['severity'], { word: string; icon: LucideIcon; ink: string }>> = {
  critical: { word: 'Critical', icon: OctagonAlert, ink: 'text-bad' },
  warning: { word: 'Warning', icon: TriangleAlert, ink: 'text-warning' },
  info: { word: 'Note', icon: Info, ink: 'text-accent' },
};

/** What needs a person, with what to do and the way there. */
export function Alerts() {
  const alerts = useCell(({ view }) => view?.alerts) ?? [];
  const lab = useLabGlimpse(alerts.some(isOfLabKind));
  return (
    <section aria-label="Alerts">
      <h2 className="mb-1 font-semibold">Alerts{alerts.length === 0 ? '' : ` (${alerts.length})`}</h2>
      {alerts.length === 0 ? (
        <p className="flex items-center gap-2 text-soft">
          <CircleCheck aria-hidden size={15} className="text-good" />
          Nothing needs attention.
        </p>
      ) : (
        <ul className="flex flex-col gap-2">
          {alerts.map((alert) => (
            <AlertItem key={alert.id} alert={alert} cause={labCauseOf(alert, lab, Date.now())} />
          ))}
        </ul>
      )}
    </section>
  );
}

function AlertItem({ alert, cause }: { readonly alert: Alert; readonly cause: LabCause | undefined }) {
  const { severity, text, agentId, sinceMs } = alert;
  const { word, icon: Icon, ink } = LOOKS[severity];
  const name = useAgentName(agentId);
  const target = agentId === '' ? 'Participants' : name;
  return (
    <li className="rounded-md border border-line bg-raised p-2.5">
      <div className={classes('flex items-center gap-1.5 text-sm font-medium', ink)}>
        <Icon aria-hidden size={14} />
        {word}
        <span className="ml-auto font-normal text-faint">
          <Ago atMs={sinceMs} />
        </span>
      </div>
      <p className="mt-1 break-words">
        {cause !== undefined && isSuspicion(alert) ? `${name} is suspect: it is not heard.` : text}
      </p>
      {cause === undefined ? null : <LabCauseNote cause={cause} />}
      <div className="mt-1.5 flex justify-end gap-2">
        {cause === undefined ? null : <Button onClick={() => navigate('lab')}>Open the Lab</Button>}
        <Button onClick={() => navigate('participants', agentId === '' ? {} : { agent: agentId })}>
          Show {target}
        </Button>
      </div>
    </li>
  );
}
