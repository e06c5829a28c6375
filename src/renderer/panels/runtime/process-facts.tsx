import { RefreshCw } from 'lucide-react';
import type { ReactNode } from 'react';
import type { OperatorClient } from '../../../contract/index.ts';
import { LOG_LEVELS } from '../../../contract/log-levels.ts';
import { act } from '../../activity/activity-store.ts';
import { useControlRefusal } from '../../cell/cell-store.ts';
import { client } from '../../connection/connection-store.ts';
import type { Loaded } from '../../connection/load.ts';
import { AgentName } from '../../ui/agent-mark.tsx';
import { Badge } from '../../ui/badge.tsx';
import { IconButton } from '../../ui/button.tsx';
import { Select } from '../../ui/field.tsx';
import { ErrorNote, Waiting } from '../../ui/notes.tsx';
import { bytesText, durationText } from '../../ui/numbers.ts';
import { Ago, useNowMs } from '../../ui/time.tsx';

export type Facts = Awaited<ReturnType<OperatorClient['runtime']['facts']>>;

/** The process, and its links with what waits in them. */
export function ProcessFacts({ facts }: { readonly facts: Loaded<Facts> }) {
  const { data, error, atMs, reload } = facts;
  if (data === undefined) {
    return error === undefined ? (
      <Waiting>Asking the agent about its process…</Waiting>
    ) : (
      <ErrorNote error={error} onRetry={reload} />
    );
  }
  return (
    <>
      {error === undefined ? null : <ErrorNote error={error} onRetry={reload} />}
      <section aria-label="Process" className="flex flex-col gap-1">
        <Title text="Process" />
        <dl className="grid grid-cols-[72px_minmax(0,1fr)] items-center gap-x-2 gap-y-0.5">
          <Fact name="Process id">
            <span className="font-mono">{data.pid}</span>
          </Fact>
          <Fact name="Up for">
            <Uptime uptimeMs={data.uptimeMs} atMs={atMs} />
          </Fact>
          <Fact name="Node.js">
            <span className="font-mono">{data.nodeVersion}</span>
          </Fact>
          <Fact name="V8">
            <span className="font-mono break-all">{data.v8Version}</span>
          </Fact>
          <Fact name="Electron">
            {data.electronVersion === '' ? (
              <span className="text-faint">without a window</span>
            ) : (
              <span className="font-mono">{data.electronVersion}</span>
            )}
          </Fact>
          <Fact name="System">
            {data.platform} {data.arch}
          </Fact>
          <Fact name="Processors">{data.cpuCount}</Fact>
          <Fact name="Memory">{bytesText(data.memoryTotalBytes)}</Fact>
          <Fact name="Log level">
            <LogLevel level={data.logLevel} onSet={reload} />
          </Fact>
        </dl>
      </section>
      <section aria-label="Links" className="flex flex-col gap-1">
        <div className="flex items-center gap-1">
          <Title text="Links" />
          <span className="ml-auto text-sm text-faint">
            <Ago atMs={atMs} />
          </span>
          <IconButton icon={RefreshCw} label="Ask for the links again" onClick={reload} />
        </div>
        {data.links.length === 0 ? (
          <p className="text-soft">No other agent takes part: there are no links.</p>
        ) : (
          <ul className="flex flex-col gap-1">
            {data.links.map((link) => (
              <li key={link.agentId} className="flex items-center gap-2">
                <AgentName agentId={link.agentId} />
                <span title="waiting to be sent" className="ml-auto shrink-0 text-sm text-soft">
                  {bytesText(link.bufferedBytes)} to send
                </span>
                <Badge tone={link.connected ? 'good' : 'bad'}>{link.connected ? 'connected' : 'cut'}</Badge>
              </li>
            ))}
          </ul>
        )}
      </section>
    </>
  );
}

function Title({ text }: { readonly text: string }) {
  return <h2 className="font-medium">{text}</h2>;
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <>
      <dt className="text-faint">{name}</dt>
      <dd className="min-w-0">{children}</dd>
    </>
  );
}

/** Goes on by the clock of this page. */
function Uptime({ uptimeMs, atMs }: { readonly uptimeMs: number; readonly atMs: number }) {
  const nowMs = useNowMs();
  return durationText(uptimeMs + Math.max(0, nowMs - atMs));
}

function LogLevel({ level, onSet }: { readonly level: string; readonly onSet: () => void }) {
  const refusal = useControlRefusal();
  const set = async (next: (typeof LOG_LEVELS)[number]): Promise<void> => {
    const done = await act(
      `Log level ${next}`,
      () => client().runtime.setLogLevel({ level: next }),
      () => 'in effect until the agent ends',
    );
    if (done !== undefined) onSet();
  };
  return (
    <Select
      label="Log level"
      value={level as (typeof LOG_LEVELS)[number]}
      choices={LOG_LEVELS.map((value) => ({ value, label: value }))}
      disabled={refusal !== ''}
      title={refusal === '' ? undefined : `Not now: ${refusal}`}
      onChange={(next) => void set(next)}
    />
  );
}
