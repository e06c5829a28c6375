import { FlaskConicalOff } from 'lucide-react';
import { useCallback, useEffect, useMemo } from 'react';
import type { DemoState } from '../../../../contract/index.ts';
import { nameOfAgent, useCell } from '../../../cell/cell-store.ts';
import { useFollow } from '../../../connection/follow.ts';
import { Empty, ErrorNote, Waiting } from '../../../ui/notes.tsx';
import { Snippet } from '../../../ui/snippet.tsx';
import { FaultForm } from './fault-form.tsx';
import { FaultList } from './fault-list.tsx';
import { FaultMap } from './fault-map.tsx';
import { plan } from './fault-plan.ts';
import { demoGone, demoTold, noteCell, useFaults } from './faults-store.ts';
import { HappeningList } from './happening-list.tsx';
import { chosenKeys, linkKey } from './targets.ts';

/** Break links and processes of the demo cell, and watch what the others make of it. */
export function FaultsTab() {
  const demo = useFaults((state) => state.demo);
  const error = useFaults((state) => state.error);
  useFollow<DemoState>(
    { open: (client, signal) => client.demo.watch(undefined, { signal }), onEvent: demoTold, onEnd: demoGone },
    [],
  );
  useEffect(noteCell, []);
  if (demo === undefined) {
    return error === undefined ? <Waiting>Asking the agent for its demo cell…</Waiting> : <ErrorNote error={error} />;
  }
  return demo.isDemo ? <Breakable demo={demo} /> : <NoDemo />;
}

function Breakable({ demo }: { readonly demo: DemoState }) {
  const names = useCell(({ view }) => view?.participants.map(({ agentId, name }) => `${agentId} ${name}`).join());
  // biome-ignore lint/correctness/useExhaustiveDependencies: names are those of the view
  const nameOf = useCallback((id: string) => nameOfAgent(useCell.getState().view, id), [names]);
  const target = useFaults((state) => state.target);
  const draft = useFaults((state) => state.draft);
  const agents = useMemo(() => demo.agents.filter(({ agentId }) => agentId !== ''), [demo.agents]);
  const planned = useMemo(
    () =>
      plan(
        target,
        draft,
        agents.map(({ agentId }) => agentId),
      ),
    [target, draft, agents],
  );
  const touched = useMemo(
    () => new Set([...chosenKeys(target), ...(planned.input?.links ?? []).map(([from, to]) => linkKey(from, to))]),
    [target, planned],
  );
  return (
    <div className="flex min-h-0 flex-1">
      <div className="flex min-h-0 min-w-0 flex-1 flex-col">
        <FaultMap touched={touched} />
        <div className="grid h-60 shrink-0 grid-cols-2 border-t border-line">
          <FaultList faults={demo.faults} agents={agents} nameOf={nameOf} />
          <HappeningList />
        </div>
      </div>
      <aside className="w-[360px] shrink-0 overflow-y-auto border-l border-line bg-surface">
        <FaultForm agents={agents} planned={planned} nameOf={nameOf} />
      </aside>
    </div>
  );
}

function NoDemo() {
  return (
    <Empty
      icon={FlaskConicalOff}
      title="This is not a demo cell"
      action={
        <div className="w-80 text-left">
          <Snippet label="In a terminal" text="synod try" />
        </div>
      }
    >
      Faults are done to real links and processes, so agents refuse them on any cell that was not started to be broken.
      A demo cell of three agents on this machine is one command away; it opens a page like this one. The arena and the
      theatre work here as well.
    </Empty>
  );
}
