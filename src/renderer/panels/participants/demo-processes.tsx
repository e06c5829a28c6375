import { Play, Skull } from 'lucide-react';
import { useState } from 'react';
import type { DemoAgent } from '../../../contract/index.ts';
import { act } from '../../activity/activity-store.ts';
import { client } from '../../connection/connection-store.ts';
import { Badge, type Tone } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { ErrorNote } from '../../ui/notes.tsx';
import { type Demo, demoAgentName } from './demo.ts';
import { ask } from './participants-store.ts';

const TONES: Readonly<Record<DemoAgent['state'], Tone>> = {
  starting: 'info',
  running: 'good',
  paused: 'warning',
  ended: 'bad',
};

/** The processes behind the participants, on this machine: a demo cell is there to lose some. */
export function DemoProcesses({ demo }: { readonly demo: Demo }) {
  if (demo.error !== undefined) return <ErrorNote error={demo.error} onRetry={demo.reload} />;
  if (!demo.isDemo) return null;
  return (
    <section aria-label="Processes of the demo cell" className="p-3">
      <h2 className="font-semibold">Demo cell: processes on this machine</h2>
      <p className="mt-0.5 mb-2 text-soft">Kill one and see the others go on. Start it again and see it catch up.</p>
      <ul className="grid grid-cols-[repeat(auto-fill,minmax(260px,1fr))] gap-2">
        {demo.agents.map((agent) => (
          <li key={agent.index} className="flex items-center gap-2 rounded-md border border-line bg-raised px-3 py-2">
            <div className="min-w-0 flex-1">
              <div className="flex items-center gap-2">
                <span className="truncate font-medium">{demoAgentName(agent)}</span>
                <Badge tone={TONES[agent.state]}>{agent.state}</Badge>
              </div>
              <div className="text-sm text-faint">
                {agent.pid === 0 ? 'no process' : `process ${agent.pid}`}
                {agent.isSelf ? ', this agent' : ''}
              </div>
            </div>
            <DemoButtons agent={agent} demo={demo} />
          </li>
        ))}
      </ul>
    </section>
  );
}

export function DemoButtons({ agent, demo }: { readonly agent: DemoAgent; readonly demo: Demo }) {
  const [busy, setBusy] = useState(false);
  const { agentId, index, isSelf, state } = agent;
  const name = demoAgentName(agent);
  const restart = async (): Promise<void> => {
    setBusy(true);
    await act(
      `Start ${name} again`,
      () => client().demo.restartAgent({ index }),
      ({ pid }) => `process ${pid}`,
    );
    setBusy(false);
    demo.reload();
  };
  if (state === 'ended') {
    return (
      <Button icon={Play} busy={busy} aria-label={`Start again: ${name}`} onClick={() => void restart()}>
        Start again
      </Button>
    );
  }
  return (
    <Button
      variant="danger"
      icon={Skull}
      aria-label={`Kill ${name}`}
      refusal={isSelf ? 'this page, or the app, lives in it; kill it from the dashboard of another agent' : ''}
      onClick={() => ask({ kind: 'kill', agentId, index })}
    >
      Kill…
    </Button>
  );
}
