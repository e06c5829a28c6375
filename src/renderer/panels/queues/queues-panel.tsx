import { Hammer, ListOrdered, ListPlus } from 'lucide-react';
import { useEffect, useRef } from 'react';
import type { QueueList as Told } from '../../../contract/index.ts';
import { ActingAs } from '../../acting/acting-as.tsx';
import { useActorRefusal } from '../../acting/acting-store.ts';
import { useCell, useWriteRefusal } from '../../cell/cell-store.ts';
import { useFollow } from '../../connection/follow.ts';
import { replaceQuery, useNavigation } from '../../navigation/navigation-store.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Empty } from '../../ui/notes.tsx';
import { countText } from '../../ui/numbers.ts';
import { PanelHeader } from '../../ui/panel-header.tsx';
import { Split } from '../../ui/split.tsx';
import { TabContent, Tabs } from '../../ui/tabs.tsx';
import { WhyNot } from '../../ui/why-not.tsx';
import { ClaimDialog } from './dialogs/claim-dialog.tsx';
import { DeleteQueueDialog, RemoveDialog } from './dialogs/delete-dialogs.tsx';
import { EnqueueDialog } from './dialogs/enqueue-dialog.tsx';
import { ReportDialog } from './dialogs/report-dialog.tsx';
import { OnceDialogs } from './once/once-dialogs.tsx';
import { askOnce, askOnceNothing } from './once/once-store.ts';
import { OnceTab } from './once/once-tab.tsx';
import { NoQueues, QueueList } from './queue-list.tsx';
import { QueueView } from './queue-view.tsx';
import { ask, askNothing, queuesEnded, queuesTold, useQueues } from './queues-store.ts';

/** Entries that workers claim, do and report; and work that is remembered with its result, so that it is done once. */
export function QueuesPanel() {
  const tab = useNavigation(({ query }) => (query.tab === 'once' ? 'once' : 'queues'));
  const queue = useNavigation(({ query }) => query.queue ?? '');
  const refusal = useWriteRefusal();
  const actorRefusal = useActorRefusal();
  // A question that nobody answered does not come back with the panel.
  useEffect(() => {
    return () => {
      askNothing();
      askOnceNothing();
    };
  }, []);
  return (
    <>
      <PanelHeader
        title="Queues"
        about={tab === 'once' ? 'work that is done once' : 'entries that workers claim and do'}
      >
        {tab === 'once' ? <WhyNot refusal={actorRefusal} /> : null}
        <ActingAs />
        {tab === 'once' ? (
          <Button
            variant="primary"
            icon={Hammer}
            refusal={actorRefusal}
            onClick={() => askOnce({ kind: 'claim', path: '' })}
          >
            Claim work
          </Button>
        ) : (
          <Button
            variant="primary"
            icon={ListPlus}
            refusal={refusal}
            onClick={() => ask({ kind: 'enqueue', path: queue, after: [] })}
          >
            Add entries
          </Button>
        )}
      </PanelHeader>
      <Tabs
        label="Queues or work that is done once"
        value={tab}
        tabs={[
          { value: 'queues', label: 'Queues' },
          { value: 'once', label: <OnceLabel /> },
        ]}
        onChange={(next) => replaceQuery({ tab: next === 'once' ? 'once' : '' })}
      >
        <TabContent value="queues">
          <QueuesTab queue={queue} />
        </TabContent>
        <TabContent value="once">
          <OnceTab />
        </TabContent>
      </Tabs>
      <QueueDialogs />
      <OnceDialogs />
    </>
  );
}

/** How much of it waits for a person, as the cell tells it: also while the other tab is shown. */
function OnceLabel() {
  const unknown = useCell(({ view }) => view?.waiting.unknownWorks ?? 0);
  return (
    <span className="inline-flex items-center gap-1.5">
      Done once
      {unknown === 0 ? null : (
        <Badge tone="warning">{unknown === 1 ? '1 unknown' : `${countText(unknown)} unknown`}</Badge>
      )}
    </span>
  );
}

function QueuesTab({ queue }: { readonly queue: string }) {
  const entry = useNavigation(({ query }) => Number(query.entry) || 0);
  const isEmpty = useQueues((state) => state.isTold && state.queues.length === 0);
  const second = useRef<HTMLDivElement>(null);
  useFollow<Told>(
    {
      open: (operator, signal) => operator.queues.watch({}, { signal }),
      onEvent: queuesTold,
      onEnd: queuesEnded,
    },
    [],
  );
  if (isEmpty && queue === '') return <NoQueues />;
  return (
    <Split
      name="queues"
      initial={264}
      initialWide={420}
      min={180}
      max={640}
      first={
        <QueueList
          selected={queue}
          onSelect={(path) => replaceQuery({ queue: path, states: '', after: '', entry: '' })}
          onOpen={() => second.current?.querySelector<HTMLElement>('[role=grid]')?.focus()}
        />
      }
      second={
        queue === '' ? (
          <Empty icon={ListOrdered} title="No queue is chosen">
            Choose one on the left to see its entries, who works on them, and what they wait for.
          </Empty>
        ) : (
          <div ref={second} className="flex min-h-0 min-w-0 flex-1">
            <QueueView path={queue} selected={entry} />
          </div>
        )
      }
    />
  );
}

/** The one question that is open, if there is one. */
function QueueDialogs() {
  const asked = useQueues((state) => state.asked);
  switch (asked.kind) {
    case 'nothing':
      return null;
    case 'enqueue':
      return <EnqueueDialog path={asked.path} after={asked.after} />;
    case 'claim':
      return <ClaimDialog path={asked.path} />;
    case 'report':
      return <ReportDialog report={asked.report} path={asked.path} entry={asked.entry} />;
    case 'remove':
      return <RemoveDialog path={asked.path} entry={asked.entry} />;
    case 'delete':
      return <DeleteQueueDialog path={asked.path} />;
  }
}
