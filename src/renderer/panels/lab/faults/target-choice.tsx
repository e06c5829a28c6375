import type { DemoAgent } from '../../../../contract/index.ts';
import { type Choice, Field, Select } from '../../../ui/field.tsx';
import { chooseTarget } from './faults-store.ts';
import { type SeveralTarget, severalOf, type Target, targetKey } from './targets.ts';

const SEVERAL: readonly { readonly kind: SeveralTarget['kind']; readonly label: string }[] = [
  { kind: 'split', label: 'Split the cell in two…' },
  { kind: 'links', label: 'Several links…' },
  { kind: 'agents', label: 'Several agents…' },
];

/** One agent or link, or the way in which several are gathered. */
export function TargetChoice({
  agents,
  target,
  nameOf,
}: {
  readonly agents: readonly DemoAgent[];
  readonly target: Target;
  readonly nameOf: (id: string) => string;
}) {
  const targets = new Map<string, { readonly target: Target; readonly choice: Choice<string> }>();
  const add = (one: Target, label: string, group: string): void => {
    const value = targetKey(one);
    targets.set(value, { target: one, choice: { value, label, group } });
  };
  for (const { kind, label } of SEVERAL) add(severalOf(kind, target), label, 'Several at once');
  for (const { agentId } of agents) add({ kind: 'agent', agentId }, nameOf(agentId), 'Agents');
  agents.forEach(({ agentId: from }, at) => {
    for (const { agentId: to } of agents.slice(at + 1)) {
      add({ kind: 'link', from, to }, `${nameOf(from)} – ${nameOf(to)}`, 'Links');
    }
  });
  return (
    <Field label="Links or agents">
      {(ids) => (
        <Select
          {...ids}
          label="Links or agents"
          value={targetKey(target)}
          choices={[{ value: '', label: 'Nothing chosen' }, ...[...targets.values()].map(({ choice }) => choice)]}
          onChange={(value) => chooseTarget(targets.get(value)?.target ?? { kind: 'nothing' })}
        />
      )}
    </Field>
  );
}
