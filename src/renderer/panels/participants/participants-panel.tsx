import { UserPlus } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { useShallow } from 'zustand/react/shallow';
import { useCell, useParticipant } from '../../cell/cell-store.ts';
import { toleranceWords } from '../../cell/participant-words.ts';
import { replaceQuery, useNavigation } from '../../navigation/navigation-store.ts';
import { Button } from '../../ui/button.tsx';
import { Waiting } from '../../ui/notes.tsx';
import { PanelHeader } from '../../ui/panel-header.tsx';
import { AddDialog } from './add-dialog.tsx';
import { ChangeDialog } from './change-dialog.tsx';
import { useDemo } from './demo.ts';
import { DemoProcesses } from './demo-processes.tsx';
import { Details } from './details.tsx';
import { KillDialog } from './kill-dialog.tsx';
import { ParticipantTable } from './participant-table.tsx';
import { askNothing, useParticipants } from './participants-store.ts';

export function ParticipantsPanel() {
  const known = useCell(({ view }) => view !== undefined);
  const tolerance = useCell(useShallow(({ view }) => view?.health.tolerance));
  const epoch = useCell(({ view }) => view?.status.epoch ?? 0);
  const selectedId = useNavigation(({ query }) => query.agent ?? '');
  const last = useRef({ agentId: '', name: '' });
  const adding = useNavigation(({ query }) => query.add === 'yes');
  const selected = useParticipant(selectedId);
  useEffect(() => {
    if (selected !== undefined) last.current = selected;
  }, [selected]);
  const asked = useParticipants((state) => state.asked);
  const demo = useDemo();
  // A question that nobody answered does not come back with the panel.
  useEffect(() => askNothing, []);
  return (
    <>
      <PanelHeader
        title="Participants"
        about={tolerance === undefined ? undefined : `${toleranceWords(tolerance)} · epoch ${epoch}`}
      >
        <Button variant="primary" icon={UserPlus} onClick={() => replaceQuery({ add: 'yes' })}>
          Add an agent
        </Button>
      </PanelHeader>
      {known ? (
        <div className="flex min-h-0 flex-1">
          <div className="flex min-h-0 min-w-0 flex-1 flex-col overflow-y-auto">
            <ParticipantTable selectedId={selectedId} />
            {selectedId !== '' && selected === undefined ? (
              <p className="p-3 text-soft">
                The participant {(last.current.agentId === selectedId && last.current.name) || selectedId} is no longer
                in the cell.
              </p>
            ) : null}
            <DemoProcesses demo={demo} />
          </div>
          {selected === undefined ? null : <Details participant={selected} demo={demo} />}
        </div>
      ) : (
        <Waiting>Asking the agent who takes part…</Waiting>
      )}
      {adding ? <AddDialog demo={demo} /> : null}
      {asked.kind === 'change' ? <ChangeDialog key={`${asked.action} ${asked.agentId}`} asked={asked} /> : null}
      {asked.kind === 'kill' ? <KillDialog asked={asked} demo={demo} /> : null}
    </>
  );
}
