import { type ReactNode, useEffect, useState } from 'react';
import { useShallow } from 'zustand/react/shallow';
import { useCell } from '../../cell/cell-store.ts';
import { replaceQuery } from '../../navigation/navigation-store.ts';
import { Checkbox, type Choice, Select, TextInput } from '../../ui/field.tsx';
import type { LogFilter } from './log/log-filter.ts';
import { KIND_GROUPS, kindText } from './message-kinds.ts';
import { messageLog, useMessageLog } from './messages-instances.ts';

const KINDS: readonly Choice<string>[] = [
  { value: '', label: 'All kinds' },
  ...KIND_GROUPS.flatMap(({ id, title, kinds }): Choice<string>[] => [
    { value: `group:${id}`, label: kinds.length === 0 ? title : `${title}, all`, group: title },
    ...kinds.map((kind) => ({ value: `kind:${kind}`, label: kindText(kind), group: title })),
  ]),
];

const DIRECTIONS: readonly Choice<LogFilter['direction']>[] = [
  { value: '', label: 'Both directions' },
  { value: 'sent', label: '→ sent' },
  { value: 'received', label: '← received' },
];

const CHANNELS: readonly Choice<LogFilter['channel']>[] = [
  { value: '', label: 'Peers and clients' },
  { value: 'peer', label: 'Peers only' },
  { value: 'user', label: 'Clients only' },
];

const STATUSES: readonly Choice<'' | 'failed'>[] = [
  { value: '', label: 'Any status' },
  { value: 'failed', label: 'Failed only' },
];

/** What is shown, in both views; whose log is read and what is looked for belong to the table alone. */
export function FilterBar({ view, children }: { readonly view: 'table' | 'sequence'; readonly children?: ReactNode }) {
  const filter = useMessageLog((state) => state.filter);
  const change = (part: Partial<LogFilter>): void => messageLog.setFilter(part);
  const isTable = view === 'table';
  return (
    <div
      role="toolbar"
      aria-label="Filters"
      className="flex flex-wrap items-center gap-x-1.5 gap-y-1 border-b border-line bg-surface px-3 py-1.5"
    >
      {isTable ? <AgentChoice value={filter.agent} /> : null}
      <Select label="Kind" value={filter.kind} choices={KINDS} onChange={(kind) => change({ kind })} className="w-32" />
      {isTable ? (
        <>
          <PeerChoice value={filter.peer} onChange={(peer) => change({ peer })} />
          <Select
            label="Direction"
            value={filter.direction}
            choices={DIRECTIONS}
            onChange={(direction) => change({ direction })}
          />
        </>
      ) : null}
      <Select label="Channel" value={filter.channel} choices={CHANNELS} onChange={(channel) => change({ channel })} />
      <Select
        label="Status"
        value={filter.failedOnly ? 'failed' : ''}
        choices={STATUSES}
        onChange={(status) => change({ failedOnly: status === 'failed' })}
      />
      {isTable ? (
        <>
          <SettledInput
            label="Slot"
            placeholder="Slot"
            value={filter.slot === 0 ? '' : String(filter.slot)}
            onSettled={(text) => replaceQuery({ slot: numberText(text) })}
            className="w-20"
          />
          <SettledInput
            label="Shortest duration in milliseconds"
            placeholder="≥ ms"
            value={filter.durationMsMin === 0 ? '' : String(filter.durationMsMin)}
            onSettled={(text) => change({ durationMsMin: Math.max(0, Number.parseFloat(text) || 0) })}
            className="w-16"
          />
          <SettledInput
            label="Text in the rows"
            placeholder="Text"
            value={filter.text}
            onSettled={(text) => change({ text })}
            className="w-28 max-w-56 flex-1"
          />
        </>
      ) : null}
      <div className="flex items-center gap-3">
        <Checkbox label="Heartbeats" checked={filter.heartbeats} onChange={(heartbeats) => change({ heartbeats })} />
        <Checkbox label="My own traffic" checked={filter.own} onChange={(own) => change({ own })} />
      </div>
      <div className="ml-auto flex items-center gap-1.5">{children}</div>
    </div>
  );
}

function numberText(text: string): string {
  const number = Math.floor(Number(text));
  return number > 0 ? String(number) : '';
}

function useParticipantChoices(): readonly Choice<string>[] {
  const names = useCell(
    useShallow(({ view }) => (view?.participants ?? []).map(({ agentId, name }) => `${agentId} ${name}`)),
  );
  return names.map((text) => {
    const [value = '', name = ''] = text.split(' ', 2);
    return { value, label: name || value.slice(0, 8) };
  });
}

function AgentChoice({ value }: { readonly value: string }) {
  const self = useCell(({ view }) => view?.status.agentId ?? '');
  const others = useParticipantChoices().filter((choice) => choice.value !== self);
  const selfName = useCell(({ view }) => view?.status.name ?? '');
  const known = value === '' || others.some((choice) => choice.value === value);
  const gone = known ? [] : [{ value, label: value.slice(0, 8) }];
  return (
    <Select
      label="Whose log"
      value={value}
      choices={[{ value: '', label: `Log of ${selfName || 'this agent'}` }, ...others.map(logOf), ...gone.map(logOf)]}
      onChange={(agent) => replaceQuery({ agent })}
    />
  );
}

function logOf({ value, label }: Choice<string>): Choice<string> {
  return { value, label: `Log of ${label}` };
}

function PeerChoice({ value, onChange }: { readonly value: string; readonly onChange: (peer: string) => void }) {
  const participants = useParticipantChoices();
  const known = value === '' || participants.some((choice) => choice.value === value);
  const gone = known ? [] : [{ value, label: value }];
  return (
    <Select
      label="Peer"
      value={value}
      choices={[{ value: '', label: 'All peers' }, ...participants, ...gone]}
      onChange={onChange}
      className="w-24"
    />
  );
}

const SETTLE_MS = 250;

/** Tells what was typed when the typing pauses: each change asks the agent again. */
export function SettledInput({
  label,
  placeholder,
  value,
  onSettled,
  className,
}: {
  readonly label: string;
  readonly placeholder: string;
  readonly value: string;
  readonly onSettled: (text: string) => void;
  readonly className: string;
}) {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: only typing starts the pause
  useEffect(() => {
    if (text === value) return;
    const timer = setTimeout(() => onSettled(text), SETTLE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <TextInput
      type="search"
      aria-label={label}
      placeholder={placeholder}
      value={text}
      onChange={(event) => setText(event.target.value)}
      onKeyDown={(event) => {
        if (event.key === 'Enter') onSettled(text);
      }}
      className={className}
    />
  );
}
