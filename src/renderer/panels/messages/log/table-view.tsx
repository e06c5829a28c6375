import { Download, Eraser, FilePlus, MessagesSquare, Pause, Play, Unplug } from 'lucide-react';
import { useCallback } from 'react';
import { useShallow } from 'zustand/react/shallow';
import { act } from '../../../activity/activity-store.ts';
import { useWriteRefusal } from '../../../cell/cell-store.ts';
import { client, useConnection } from '../../../connection/connection-store.ts';
import { useFollow } from '../../../connection/follow.ts';
import { navigate, replaceQuery } from '../../../navigation/navigation-store.ts';
import { Button } from '../../../ui/button.tsx';
import { clockText } from '../../../ui/clock-text.ts';
import { Empty, ErrorNote, Waiting } from '../../../ui/notes.tsx';
import { countText } from '../../../ui/numbers.ts';
import { saveFile } from '../../../ui/save-file.ts';
import { askForNewKey } from '../../keys/new-key.ts';
import { FilterBar } from '../filter-bar.tsx';
import { messageLog, nameNow, useMessageLog } from '../messages-instances.ts';
import { exportLog } from './export-log.ts';
import { agentFilter, EVERYTHING, isNarrowed, textMatcher } from './log-filter.ts';
import type { LogRow } from './log-row.ts';
import { MessageDetail } from './message-detail.tsx';
import { ROWS_KEPT, type WatchedLog } from './message-log.ts';
import { MessageTable, NoMessageHeadings } from './message-table.tsx';

export function TableView() {
  const asked = useMessageLog((state) => JSON.stringify([state.filter.agent, agentFilter(state.filter)]));
  const selected = useMessageLog((state) => state.selected);
  const agent = useMessageLog((state) => state.filter.agent);
  useFollow<WatchedLog>(
    {
      open: (opened, signal) => messageLog.open(opened.messages, signal),
      onEvent: (event) => messageLog.receive(event),
      onEnd: (error) => messageLog.ended(error),
    },
    [asked],
  );
  const open = useCallback((row: LogRow) => {
    if (row.kind === 'message') messageLog.select(row.message.sequence);
  }, []);
  return (
    <>
      <FilterBar view="table">
        <Actions />
      </FilterBar>
      <Problem />
      <Rows onOpen={open} />
      <Foot />
      {selected === 0 ? null : <MessageDetail sequence={selected} agent={agent} onClose={() => messageLog.select(0)} />}
    </>
  );
}

function Rows({ onOpen }: { readonly onOpen: (row: LogRow) => void }) {
  const isEmpty = useMessageLog((state) => state.revision >= 0 && messageLog.count === 0);
  if (!isEmpty) return <MessageTable onOpen={onOpen} />;
  return (
    <>
      <NoMessageHeadings />
      <NoRows />
    </>
  );
}

/** What will be here, and what brings it. */
function NoRows() {
  const phase = useMessageLog((state) => state.phase);
  const filter = useMessageLog((state) => state.filter);
  const refusal = useWriteRefusal();
  if (phase === 'loading') return <Waiting>Reading the log of messages…</Waiting>;
  if (phase === 'lost') {
    return (
      <Empty icon={Unplug} title="The log cannot be read now">
        It is asked for again by itself until it answers.
      </Empty>
    );
  }
  if (isNarrowed(filter)) {
    return (
      <Empty
        icon={MessagesSquare}
        title="No message matches"
        action={
          <div className="flex gap-2">
            <Button onClick={showEverything}>Show everything</Button>
            {filter.slot === 0 ? null : (
              <Button onClick={() => navigate('journal', { slot: String(filter.slot) })}>
                Its entry in the journal
              </Button>
            )}
          </div>
        }
      >
        {filter.text === ''
          ? 'Nothing in the whole log matches these filters. What matches from now on shows up here.'
          : `No row that is kept here contains "${filter.text}".`}
      </Empty>
    );
  }
  return (
    <Empty
      icon={MessagesSquare}
      title="Waiting for messages"
      action={
        <div className="flex gap-2">
          <Button variant="primary" icon={FilePlus} refusal={refusal} onClick={askForNewKey}>
            Write a key
          </Button>
          {filter.heartbeats ? null : (
            <Button onClick={() => messageLog.setFilter({ heartbeats: true })}>Show heartbeats</Button>
          )}
        </div>
      }
    >
      What participants and clients say to each other shows up here as it is said. Write a key, and see how the agents
      agree on it.
    </Empty>
  );
}

function showEverything(): void {
  const { agent, heartbeats, own } = messageLog.state.filter;
  messageLog.setFilter({ ...EVERYTHING, agent, heartbeats, own });
  replaceQuery({ slot: '' });
}

function Problem() {
  const problem = useMessageLog((state) => (state.phase === 'lost' ? state.problem : undefined));
  // The top bar tells of a lost connection; told here as well it would push down what is being read.
  const isLost = useConnection((state) => state.phase === 'lost');
  return problem === undefined || isLost ? null : <ErrorNote error={problem} />;
}

function Actions() {
  const isPaused = useMessageLog((state) => state.still?.why === 'paused');
  return (
    <>
      <Button
        icon={isPaused ? Play : Pause}
        aria-pressed={isPaused}
        onClick={() => (isPaused ? messageLog.resume() : messageLog.hold('paused'))}
        className="w-24"
      >
        {isPaused ? 'Resume' : 'Pause'}
      </Button>
      <Button icon={Eraser} onClick={() => messageLog.clear()}>
        Clear
      </Button>
      <Button icon={Download} onClick={exportAll}>
        Export
      </Button>
    </>
  );
}

/** Everything in the log that matches, as a file of JSON lines. */
function exportAll(): void {
  const { filter } = messageLog.state;
  void act(
    'Export messages',
    async () => {
      const matches = textMatcher(filter.text, nameNow);
      const { parts, count } = await exportLog(client().messages, filter, matches);
      const name = `messages-${new Date().toISOString().replaceAll(/[:.]/g, '-')}.jsonl`;
      saveFile(name, new Blob([...parts], { type: 'application/jsonl' }));
      return count;
    },
    (count) => `${countText(count)} messages in a file`,
  );
}

/** What the table leaves out, and why. */
function Foot() {
  const [heartbeats, sinceMs, dropped, filter] = useMessageLog(
    useShallow((state) => [state.heartbeats, state.sinceMs, state.dropped, state.filter, state.revision] as const),
  );
  const kept = messageLog.keptCount;
  const parts = [
    filter.text === ''
      ? `${countText(kept)} messages`
      : `${countText(messageLog.count)} of ${countText(kept)} kept messages contain "${filter.text}"`,
    dropped === 0
      ? ''
      : `${countText(dropped)} older ones dropped here (${countText(ROWS_KEPT)} are kept; Export has all)`,
    filter.own ? '' : 'without what this window causes',
  ];
  return (
    <div className="flex h-7 items-center gap-2 border-t border-line bg-canvas px-3 text-sm text-soft">
      <span className="truncate">{parts.filter(Boolean).join(' · ')}</span>
      {filter.heartbeats ? null : (
        <span className="ml-auto flex items-center gap-2 whitespace-nowrap">
          {countText(heartbeats)} heartbeats and reports since {clockText(sinceMs).slice(0, 8)}
          <Button variant="ghost" onClick={() => messageLog.setFilter({ heartbeats: true })} className="h-6">
            Show them
          </Button>
        </span>
      )}
    </div>
  );
}
