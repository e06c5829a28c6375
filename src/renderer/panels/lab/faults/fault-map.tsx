import { type FocusEvent, type KeyboardEvent, useMemo, useState } from 'react';
import { isLinkFault } from '../../../../contract/demo-faults.ts';
import type { DemoAgent } from '../../../../contract/index.ts';
import { useCell } from '../../../cell/cell-store.ts';
import { stateWord } from '../../../cell/participant-words.ts';
import { AgentFigure } from '../../../ui/agent-figure.tsx';
import { useSize } from '../../../ui/use-size.ts';
import type { TopologyNode } from '../../overview/topology-layout.ts';
import { layoutFaultMap, type MapLink } from './fault-map-layout.ts';
import { FaultMapLink } from './fault-map-link.tsx';
import { effectWords } from './fault-words.ts';
import { pickTarget, useFaults } from './faults-store.ts';
import { type ItemProps, itemAttributes } from './map-item.ts';
import { chosenKeys, isGathered, isSeveral, type Target, targetKey } from './targets.ts';

const STEPS: Readonly<Record<string, number>> = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

/**
 * The demo cell: whichever agents or links are chosen here are what a fault is done to. Arrow keys go round, and choose as
 * they go while one is to be chosen; several are gathered by Shift, or by Space.
 *
 * @param touched the links, by their keys, that what is planned would be done to
 */
export function FaultMap({ touched }: { readonly touched: ReadonlySet<string> }) {
  const participants = useCell(({ view }) => view?.participants) ?? [];
  const demo = useFaults((state) => state.demo);
  const target = useFaults((state) => state.target);
  const [focused, setFocused] = useState('');
  const [ref, { width, height }] = useSize<HTMLDivElement>();
  const faults = demo?.faults ?? [];
  const { nodes, links, radius } = layoutFaultMap(width > 0 ? participants : [], faults, width, height);
  const targets = useMemo(
    (): readonly Target[] => [...nodes.map(agentTarget), ...links.map(linkTarget)],
    [nodes, links],
  );
  const isGathering = isSeveral(target);
  const chosen = new Set(chosenKeys(target));
  const keys = targets.map(targetKey);
  const preferred = isGathering ? focused : targetKey(target);
  const focusable = keys.includes(preferred) ? preferred : (keys[0] ?? '');
  const itemOf = (one: Target): ItemProps => ({
    role: isGathering && isGathered(target, one) ? 'checkbox' : 'radio',
    isChecked: chosen.has(targetKey(one)),
    isFocusable: targetKey(one) === focusable,
  });
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = STEPS[event.key];
    const at = keys.indexOf(focusable);
    if (event.key === ' ' || event.key === 'Enter') {
      event.preventDefault();
      if (targets[at] !== undefined) pickTarget(targets[at], event.shiftKey);
    } else if (step !== undefined && targets.length > 0) {
      event.preventDefault();
      const next = targets[(at + step + targets.length) % targets.length]!;
      if (!isGathering) pickTarget(next, false);
      ref.current?.querySelector<SVGGElement>(`[data-target="${targetKey(next)}"]`)?.focus();
    }
  };
  return (
    <div
      ref={ref}
      role="group"
      aria-label="Agents and links"
      onKeyDown={onKeyDown}
      onFocus={(event: FocusEvent) => setFocused(event.target.getAttribute('data-target') ?? '')}
      className="relative min-h-0 flex-1 overflow-hidden"
    >
      <svg role="presentation" width={width} height={height} className="absolute inset-0">
        {brokenLast(links).map((link) => {
          const one = linkTarget(link);
          return (
            <FaultMapLink
              key={targetKey(one)}
              link={link}
              target={one}
              item={itemOf(one)}
              isChosen={touched.has(targetKey(one))}
              areNamesShown={nodes.length <= 4}
            />
          );
        })}
        {nodes.map((node) => (
          <AgentNode
            key={node.participant.agentId}
            node={node}
            radius={radius}
            agent={demo?.agents.find(({ agentId }) => agentId === node.participant.agentId)}
            item={itemOf(agentTarget(node))}
          />
        ))}
      </svg>
    </div>
  );
}

function agentTarget({ participant: { agentId } }: TopologyNode): Target & { readonly kind: 'agent' } {
  return { kind: 'agent', agentId };
}

function linkTarget({ from, to }: MapLink): Target & { readonly kind: 'link' } {
  return { kind: 'link', from: from.participant.agentId, to: to.participant.agentId };
}

/** What is broken is drawn above what is whole. */
function brokenLast(links: readonly MapLink[]): readonly MapLink[] {
  return [...links].sort((a, b) => a.faults.length - b.faults.length);
}

function AgentNode({
  node,
  radius,
  agent,
  item,
}: {
  readonly node: TopologyNode;
  readonly radius: number;
  readonly agent: DemoAgent | undefined;
  readonly item: ItemProps;
}) {
  const { participant, x, y, wordsAbove } = node;
  const { agentId, isSelf } = participant;
  const fault = useFaults(({ demo }) =>
    demo?.faults.find(({ kind, agents }) => !isLinkFault(kind) && agents.includes(agentId)),
  );
  const name = participant.name || agentId.slice(0, 8);
  const stands = agent !== undefined && agent.state !== 'running';
  const state = fault !== undefined ? effectWords(fault) : stands ? agent.state : stateWord(participant);
  return (
    <g
      {...itemAttributes(agentTarget(node), item)}
      aria-label={`Agent ${name}, ${state}${isSelf ? ', this agent' : ''}`}
      className="group outline-none"
    >
      <AgentFigure
        name={name}
        word={stands ? 'suspect' : stateWord(participant)}
        isSelf={isSelf}
        x={x}
        y={y}
        radius={radius}
        wordsAbove={wordsAbove}
        words={state}
        ink={stands || fault !== undefined ? 'var(--bad)' : 'var(--text-soft)'}
        isChosen={item.isChecked}
      />
    </g>
  );
}
