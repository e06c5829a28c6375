import { Tooltip } from 'radix-ui';
import { useEffect } from 'react';
import { keepParticipants, useActing } from './acting/acting-store.ts';
import { NewParticipantDialog } from './acting/new-participant-dialog.tsx';
import { recordCell } from './cell/cell-history.ts';
import { followCell } from './cell/cell-store.ts';
import { useConnection } from './connection/connection-store.ts';
import { followApp, hasAgent, useApp } from './first-run/app-store.ts';
import { FirstRun } from './first-run/first-run.tsx';
import { Frame } from './frame/frame.tsx';
import { tellCutOffText } from './ui/cut-off-text.ts';

/** The first window asks what to be; from then on, and in a browser always, there is an agent to show. */
export function App() {
  const transport = useConnection((state) => state.transport);
  const app = useApp((state) => state.app);
  const isRunning = hasAgent(transport, app);
  useEffect(() => (transport === 'port' ? followApp() : undefined), [transport]);
  useEffect(() => (isRunning ? followCell() : undefined), [isRunning]);
  useEffect(() => (isRunning ? keepParticipants() : undefined), [isRunning]);
  useEffect(recordCell, []);
  useEffect(tellCutOffText, []);
  const asksForParticipant = useActing(({ isAsking }) => isAsking);
  return (
    <Tooltip.Provider delayDuration={400}>
      {isRunning ? <Frame /> : app === undefined ? null : <FirstRun app={app} />}
      {asksForParticipant ? <NewParticipantDialog /> : null}
    </Tooltip.Provider>
  );
}
