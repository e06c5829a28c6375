import { Activity } from 'lucide-react';
import { useMemo, useState } from 'react';
import type { OperatorClient, RuntimeSeries } from '../../../contract/index.ts';
import { useConnection } from '../../connection/connection-store.ts';
import { useFollow } from '../../connection/follow.ts';
import { useLoad } from '../../connection/load.ts';
import { replaceQuery, useNavigation } from '../../navigation/navigation-store.ts';
import { Empty, ErrorNote, Waiting } from '../../ui/notes.tsx';
import { PanelHeader } from '../../ui/panel-header.tsx';
import { Segmented } from '../../ui/segmented.tsx';
import { momentText } from '../../ui/time.tsx';
import { bucketsOf, bucketWidthMs } from './buckets.ts';
import { chartsFor, foldsOf, KNOWN_CHARTS } from './charts.ts';
import { ProcessButtons } from './process-buttons.tsx';
import { ProcessFacts } from './process-facts.tsx';
import { EmptyChart, RuntimeChart } from './runtime-chart.tsx';
import { RANGES, rangeOf, samples, samplesTold, useRuntime } from './runtime-store.ts';
import { RuntimeTable } from './runtime-table.tsx';

const VIEWS = [
  { value: 'charts', label: 'Charts' },
  { value: 'table', label: 'Table' },
] as const;

/** The process of the agent over the last hour, and ways to look into it. */
export function RuntimePanel() {
  const [failure, setFailure] = useState<unknown>(undefined);
  useFollow<RuntimeSeries>(
    {
      open: openSamples,
      onEvent: (series) => {
        samplesTold(series);
        setFailure(undefined);
      },
      onEnd: setFailure,
    },
    [],
  );
  // The top bar tells of a lost connection; told here as well it would push down what is being read.
  const isLost = useConnection((state) => state.phase === 'lost');
  const facts = useLoad((asked, signal) => asked.runtime.facts(undefined, { signal }), []);
  const range = useNavigation(({ query }) => rangeOf(query.range));
  const view = useNavigation(({ query }) => (query.view === 'table' ? 'table' : 'charts'));
  return (
    <>
      <PanelHeader title="Runtime" about={<Moment spanMs={range.spanMs} />}>
        <Segmented
          label="Time shown"
          value={range.value}
          choices={RANGES}
          onChange={(value) => replaceQuery({ range: value })}
        />
        <Segmented
          label="Charts or table"
          value={view}
          choices={VIEWS}
          onChange={(value) => replaceQuery({ view: value === 'table' ? 'table' : '' })}
        />
      </PanelHeader>
      {failure === undefined || isLost ? null : <ErrorNote error={failure} />}
      <div className="flex min-h-0 flex-1">
        <div className="flex min-h-0 min-w-0 flex-1 flex-col overflow-y-auto p-3">
          <Series spanMs={range.spanMs} asTable={view === 'table'} />
        </div>
        <aside
          aria-label="Process and links"
          className="flex w-64 shrink-0 flex-col gap-4 overflow-y-auto border-l border-line p-3"
        >
          <ProcessButtons />
          <ProcessFacts facts={facts} />
        </aside>
      </div>
    </>
  );
}

/** First the hour that is missing, then each second. The watch is opened first, so that no sample falls in between. */
async function openSamples(client: OperatorClient, signal: AbortSignal): Promise<AsyncIterable<RuntimeSeries>> {
  const live = await client.runtime.watch(undefined, { signal });
  samplesTold(await client.runtime.series({ sinceMs: samples.newestMs }, { signal }));
  return live;
}

/** Which moment the numbers are of. */
function Moment({ spanMs }: { readonly spanMs: number }) {
  const momentMs = useRuntime((state) => state.momentMs);
  const widthMs = bucketWidthMs(spanMs);
  const each =
    widthMs === 1_000 ? 'every second' : `each point ${widthMs / 1_000} s: means, and peaks of delays and queues`;
  return momentMs === 0 ? `newest values; ${each}` : `at ${momentText(momentMs)}; ${each}`;
}

const ASKING = 'Asking the agent for its last hour…';

/** The cards, before the numbers come: nothing moves when they do. */
function EmptyCharts() {
  return (
    <div aria-busy className={CHARTS_GRID}>
      <span role="status" className="sr-only">
        {ASKING}
      </span>
      {KNOWN_CHARTS.map(({ id, title }) => (
        <EmptyChart key={id} title={title}>
          {ASKING}
        </EmptyChart>
      ))}
    </div>
  );
}

const CHARTS_GRID = 'grid grid-cols-2 gap-3 min-[1600px]:grid-cols-3';

function Series({ spanMs, asTable }: { readonly spanMs: number; readonly asTable: boolean }) {
  const version = useRuntime((state) => state.version);
  const columns = useRuntime((state) => state.columns);
  const charts = useMemo(() => chartsFor(columns), [columns]);
  const folds = useMemo(() => foldsOf(charts), [charts]);
  const widthMs = bucketWidthMs(spanMs);
  // With wide buckets nothing changes within one: the charts are drawn anew when it is over.
  const turn = widthMs === 1_000 ? version : Math.floor(samples.newestMs / widthMs);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the samples change in place, `turn` says when
  const buckets = useMemo(() => bucketsOf(samples, spanMs, folds), [turn, spanMs, folds]);
  const toMs = buckets.at(-1)?.atMs ?? 0;
  const span = useMemo(() => ({ fromMs: toMs - spanMs + widthMs, toMs, widthMs }), [toMs, spanMs, widthMs]);
  if (version === 0) return asTable ? <Waiting>{ASKING}</Waiting> : <EmptyCharts />;
  if (buckets.length === 0) {
    return (
      <Empty icon={Activity} title="Nothing has been measured yet">
        The agent measures itself once a second; the first point appears in a moment.
      </Empty>
    );
  }
  if (asTable) return <RuntimeTable charts={charts} buckets={buckets} />;
  return (
    <div className={CHARTS_GRID}>
      {charts.map((chart) => (
        <RuntimeChart key={chart.id} chart={chart} buckets={buckets} span={span} />
      ))}
    </div>
  );
}
