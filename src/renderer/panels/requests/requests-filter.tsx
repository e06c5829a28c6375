import { Pause, Play } from 'lucide-react';
import { useMemo } from 'react';
import type { RequestMethod } from '../../../contract/index.ts';
import { Button } from '../../ui/button.tsx';
import { Checkbox, Select, TextInput } from '../../ui/field.tsx';
import { countText } from '../../ui/numbers.ts';
import type { CallState } from './call-list.ts';
import { LIMITS, setFilter, useRequests } from './requests-store.ts';

const STATES: readonly { readonly value: CallState | ''; readonly label: string }[] = [
  { value: '', label: 'Any status' },
  { value: 'running', label: 'Running' },
  { value: 'ok', label: 'OK' },
  { value: 'failed', label: 'Failed' },
];

const LIMIT_CHOICES = LIMITS.map((limit) => ({ value: String(limit), label: `Newest ${countText(limit)}` }));

export function RequestsFilter({ methods }: { readonly methods: readonly RequestMethod[] }) {
  const filter = useRequests((state) => state.filter);
  const includeOwn = useRequests((state) => state.includeOwn);
  const isPaused = useRequests((state) => state.isPaused);
  const limit = useRequests((state) => state.limit);
  const recent = useRequests((state) => state.recent);
  const running = useRequests((state) => state.running);
  const names = useMemo(() => {
    const seen = [...running, ...recent].map(({ method }) => method);
    return [...new Set([...methods.map(({ name }) => name), ...seen])].sort();
  }, [methods, running, recent]);
  return (
    <>
      <TextInput
        aria-label="Filter calls by text"
        placeholder="Text in the rows"
        className="w-48"
        value={filter.text}
        onChange={(event) => setFilter({ text: event.target.value })}
      />
      <Select
        label="Filter by method"
        value={filter.method}
        choices={[{ value: '', label: 'Any method' }, ...names.map((name) => ({ value: name, label: name }))]}
        onChange={(method) => setFilter({ method })}
        className="w-36"
      />
      <Select
        label="Filter by status"
        value={filter.state}
        choices={STATES}
        onChange={(state) => setFilter({ state })}
      />
      <Select
        label="How many calls are shown"
        value={String(limit)}
        choices={LIMIT_CHOICES}
        onChange={(value) => useRequests.setState({ limit: Number(value) })}
      />
      <Checkbox
        label="My own traffic"
        checked={includeOwn}
        onChange={(checked) => useRequests.setState({ includeOwn: checked })}
      />
      <Button
        icon={isPaused ? Play : Pause}
        aria-pressed={isPaused}
        onClick={() => useRequests.setState({ isPaused: !isPaused })}
        className="w-24"
      >
        {isPaused ? 'Resume' : 'Pause'}
      </Button>
    </>
  );
}
