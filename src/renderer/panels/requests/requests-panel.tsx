import { SendHorizontal } from 'lucide-react';
import { useMemo, useRef } from 'react';
import { useFollow } from '../../connection/follow.ts';
import { useLoad } from '../../connection/load.ts';
import { replaceQuery, useNavigation } from '../../navigation/navigation-store.ts';
import { Button } from '../../ui/button.tsx';
import { Empty, ErrorNote, Waiting } from '../../ui/notes.tsx';
import { countText } from '../../ui/numbers.ts';
import { PanelHeader } from '../../ui/panel-header.tsx';
import { Split } from '../../ui/split.tsx';
import { TabContent, Tabs } from '../../ui/tabs.tsx';
import { CallDetail } from './call-detail.tsx';
import { countsText, filterCalls, type ListedCall } from './call-list.ts';
import { CallTable } from './call-table.tsx';
import { useHeldCalls } from './held-calls.ts';
import { RequestForm } from './request-form.tsx';
import { RequestsFilter } from './requests-filter.tsx';
import { type RequestsTold, requestsTold, setFilter, useRequests } from './requests-store.ts';

const TABS = [
  { value: 'call', label: 'Call' },
  { value: 'form', label: 'New request' },
] as const;

const NO_METHODS: never[] = [];

/** Every call of a client, in flight and recent, and a form to make one. */
export function RequestsPanel() {
  const limit = useRequests((state) => state.limit);
  const includeOwn = useRequests((state) => state.includeOwn);
  const isPaused = useRequests((state) => state.isPaused);
  useFollow<RequestsTold>(
    {
      open: (asked, signal) => asked.requests.watch({ limit, includeOwn }, { signal }),
      onEvent: (told) => requestsTold(told, performance.now()),
    },
    [limit, includeOwn],
    !isPaused,
  );
  const loaded = useLoad((asked, signal) => asked.requests.methods(undefined, { signal }), []);
  const methods = loaded.data?.methods ?? NO_METHODS;
  const heading = useRef<HTMLHeadingElement>(null);
  const selected = useNavigation(({ query }) => query.call ?? '');
  const view = useNavigation(({ query }) => (query.view === 'form' ? 'form' : 'call'));
  const show = (next: 'call' | 'form'): void => replaceQuery({ view: next === 'form' ? 'form' : '' });
  return (
    <>
      <PanelHeader title="Requests" about="what clients ask this agent">
        <RequestsFilter methods={methods} />
      </PanelHeader>
      {loaded.error === undefined ? null : <ErrorNote error={loaded.error} onRetry={loaded.reload} />}
      <Split
        name="requests"
        initial={704}
        min={420}
        first={<Calls selected={selected} onOpen={() => heading.current?.focus()} onForm={() => show('form')} />}
        second={
          <Tabs label="Call or form" value={view} tabs={TABS} onChange={show}>
            <TabContent value="call">
              <SelectedCall selected={selected} methods={methods} onForm={() => show('form')} headingRef={heading} />
            </TabContent>
            <TabContent value="form">
              <RequestForm methods={methods} />
            </TabContent>
          </Tabs>
        }
      />
    </>
  );
}

const select = (call: ListedCall): void => replaceQuery({ call: call.messageId, view: '' });

function Calls({
  selected,
  onOpen,
  onForm,
}: {
  readonly selected: string;
  readonly onOpen: () => void;
  readonly onForm: () => void;
}) {
  const { running, recent, runningCount, filter, limit, isTold } = useRequests();
  const { shown, left, hold, letGo } = useHeldCalls(useMemo(() => [...running, ...recent], [running, recent]));
  const calls = useMemo(() => filterCalls(shown, filter), [shown, filter]);
  const cameSince = useMemo(() => filterCalls(left, filter).length, [left, filter]);
  const all = running.length + recent.length;
  const isFiltered = filter.text !== '' || filter.method !== '' || filter.state !== '';
  const counts = {
    running: running.length,
    runningCount,
    ended: recent.length,
    limit,
    matching: calls.length,
    isFiltered,
  };
  if (!isTold) return <Waiting>Asking for the calls of clients…</Waiting>;
  return (
    <>
      <div className="flex h-7 shrink-0 items-center border-b border-line px-3 text-sm text-soft">
        <span className="truncate">{countsText(counts, countText)}</span>
        {cameSince === 0 ? null : (
          <span className="ml-auto pl-3 whitespace-nowrap text-accent">
            {countText(cameSince)} new, shown when the pointer leaves the list
          </span>
        )}
      </div>
      <div onPointerEnter={hold} onPointerLeave={letGo} className="flex min-h-0 flex-1 flex-col">
        {calls.length > 0 ? (
          <CallTable calls={calls} selected={selected} onSelect={select} onOpen={onOpen} />
        ) : all > 0 ? (
          <Empty
            title="No call matches"
            action={<Button onClick={() => setFilter({ text: '', method: '', state: '' })}>Clear the filter</Button>}
          >
            {countText(all)} calls are listed; the filter hides them all.
          </Empty>
        ) : (
          <Empty
            icon={SendHorizontal}
            title="No client has called yet"
            action={
              <Button variant="primary" onClick={onForm}>
                Write a request
              </Button>
            }
          >
            Every call that a program or a person makes to this agent shows up here, while it runs and after it.
          </Empty>
        )}
      </div>
    </>
  );
}

function SelectedCall({
  selected,
  methods,
  onForm,
  headingRef,
}: {
  readonly selected: string;
  readonly methods: Parameters<typeof RequestForm>[0]['methods'];
  readonly onForm: () => void;
  readonly headingRef: React.RefObject<HTMLHeadingElement | null>;
}) {
  const listed = useRequests(({ running, recent }) =>
    [...running, ...recent].find((call) => call.messageId === selected),
  );
  if (selected === '') {
    return (
      <Empty icon={SendHorizontal} title="No call is chosen" action={<Button onClick={onForm}>Write a request</Button>}>
        Choose one on the left to see what was asked and answered.
      </Empty>
    );
  }
  return (
    <CallDetail
      key={selected}
      messageId={selected}
      listed={listed}
      methods={methods}
      onRepeat={onForm}
      headingRef={headingRef}
    />
  );
}
