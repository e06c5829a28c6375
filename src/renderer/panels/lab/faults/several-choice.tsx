import type { DemoAgent } from '../../../../contract/index.ts';
import { Checkbox } from '../../../ui/field.tsx';
import { pickTarget } from './faults-store.ts';
import { chosenKeys, type SeveralTarget, type Target, targetKey } from './targets.ts';

const LEGENDS: Readonly<Record<SeveralTarget['kind'], string>> = {
  links: 'Links',
  agents: 'Agents',
  split: 'On the one side',
};

/** Everything that can be gathered, with what has been; the drawing does the same. */
export function SeveralChoice({
  agents,
  target,
  nameOf,
}: {
  readonly agents: readonly DemoAgent[];
  readonly target: SeveralTarget;
  readonly nameOf: (id: string) => string;
}) {
  const chosen = new Set(chosenKeys(target));
  const pieces = target.kind === 'links' ? linksAmong(agents, nameOf) : agents.map((agent) => pieceOf(agent, nameOf));
  const others = agents.filter(({ agentId }) => !chosen.has(agentId));
  return (
    <fieldset className="flex min-w-0 flex-col gap-1">
      <legend className="mb-1 text-sm font-medium text-soft">{LEGENDS[target.kind]}</legend>
      <div className="flex max-h-32 flex-wrap gap-x-4 gap-y-1 overflow-y-auto">
        {pieces.map(({ one, label }) => (
          <Checkbox
            key={targetKey(one)}
            label={label}
            checked={chosen.has(targetKey(one))}
            onChange={() => pickTarget(one, false)}
          />
        ))}
      </div>
      {target.kind === 'split' ? (
        <p className="text-sm text-faint">
          On the other: {others.length === 0 ? 'nobody' : others.map(({ agentId }) => nameOf(agentId)).join(', ')}
        </p>
      ) : null}
    </fieldset>
  );
}

interface Piece {
  readonly one: Target;
  readonly label: string;
}

function pieceOf({ agentId }: DemoAgent, nameOf: (id: string) => string): Piece {
  return { one: { kind: 'agent', agentId }, label: nameOf(agentId) };
}

function linksAmong(agents: readonly DemoAgent[], nameOf: (id: string) => string): readonly Piece[] {
  return agents.flatMap(({ agentId: from }, at) =>
    agents.slice(at + 1).map(({ agentId: to }): Piece => {
      return { one: { kind: 'link', from, to }, label: `${nameOf(from)} – ${nameOf(to)}` };
    }),
  );
}
