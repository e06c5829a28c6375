import { useState } from 'react';
import type { Setting } from '../../../contract/index.ts';
import { useCell } from '../../cell/cell-store.ts';
import { useLoad } from '../../connection/load.ts';
import { Badge } from '../../ui/badge.tsx';
import { Copyable } from '../../ui/copyable.tsx';
import { TextInput } from '../../ui/field.tsx';
import { Empty, ErrorNote } from '../../ui/notes.tsx';
import { Section } from './section.tsx';
import { groupSettings } from './setting-groups.ts';

/** Given at the start of the agent: to be read here, and changed by a flag at the next start. */
export function SettingsInEffect() {
  // The one setting that changes while the agent runs.
  const readOnly = useCell(({ view }) => view?.status.readOnly ?? false);
  const { data, error, reload } = useLoad((client, signal) => client.settings.list(undefined, { signal }), [readOnly]);
  const [search, setSearch] = useState('');
  const groups = groupSettings(data?.settings ?? [], search);
  return (
    <div className="flex min-w-0 flex-col gap-5">
      <TextInput
        type="search"
        aria-label="Search the settings"
        placeholder={`Search ${data?.settings.length ?? ''} settings by name, meaning or flag`}
        value={search}
        onChange={(event) => setSearch(event.target.value)}
        className="max-w-96"
      />
      {error === undefined ? null : <ErrorNote error={error} onRetry={reload} />}
      {groups.map(({ id, title, settings }) => (
        <Section key={id} title={title}>
          <dl className="rounded-md border border-line">
            {settings.map((setting) => (
              <Line key={setting.name} setting={setting} />
            ))}
          </dl>
        </Section>
      ))}
      {data !== undefined && groups.length === 0 ? (
        <Empty title="No setting matches">
          All {data.settings.length} settings were searched for "{search}".
        </Empty>
      ) : null}
    </div>
  );
}

function Line({ setting: { name, value, isDefault, help, flag } }: { readonly setting: Setting }) {
  return (
    <div className="grid grid-cols-[minmax(0,12rem)_minmax(0,1fr)_minmax(0,12rem)] gap-x-3 border-b border-line px-3 py-1.5 last:border-b-0">
      <dt className="min-w-0">
        <div className="font-medium break-words">{name}</div>
        {flag === '' ? (
          <div className="text-sm text-faint">no flag: fixed in this version</div>
        ) : (
          <div className="text-sm text-soft">
            <Copyable mono text={flag} label={`the flag of ${name}`} />
          </div>
        )}
      </dt>
      <dd className="min-w-0 text-soft">{help}</dd>
      <dd className="min-w-0 text-right">
        <span className="font-mono break-all">{value}</span>
        {isDefault ? null : (
          <div>
            <Badge tone="info">not the default</Badge>
          </div>
        )}
      </dd>
    </div>
  );
}
