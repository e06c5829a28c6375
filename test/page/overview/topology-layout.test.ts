/** Guards the drawing of the cell: readable with any number of participants, and nobody moves when somebody else leads. */
import { expect, test } from 'vitest';
import { layoutTopology } from '../../../src/renderer/panels/overview/topology-layout.ts';
import { participant } from '../participants/a-view.ts';

const SIZES = [
  { width: 780, height: 500 },
  { width: 1_340, height: 760 },
];

function cell(count: number) {
  return Array.from({ length: count }, (_, index) => participant(`agent-${index}`, { isSelf: index === count - 1 }));
}

test.each([1, 2, 3, 5, 7, 12])('%i participants do not overlap and stay inside', (count) => {
  for (const { width, height } of SIZES) {
    const { nodes, radius } = layoutTopology(cell(count), width, height);
    expect(nodes).toHaveLength(count);
    for (const node of nodes) {
      // The words need two lines above or below the shape, and room for a name to both sides.
      const top = node.wordsAbove ? node.y - radius - 44 : node.y - radius;
      const bottom = node.wordsAbove ? node.y + radius : node.y + radius + 40;
      expect(top).toBeGreaterThanOrEqual(0);
      expect(bottom).toBeLessThanOrEqual(height);
      expect(node.x).toBeGreaterThanOrEqual(radius + 40);
      expect(node.x).toBeLessThanOrEqual(width - radius - 40);
      for (const other of nodes) {
        if (other === node) continue;
        const apart = Math.abs(other.x - node.x) > 90 || Math.abs(other.y - node.y) > 2 * radius + 34;
        expect(apart, `${node.participant.name} and ${other.participant.name} at ${width} px`).toBe(true);
      }
    }
  }
});

test('every other participant has one link from the asked agent', () => {
  const { links } = layoutTopology(cell(5), 800, 500);
  expect(links.map(({ to }) => to.name).sort()).toEqual(['agent-0', 'agent-1', 'agent-2', 'agent-3']);
});

test('labels of links lie apart', () => {
  for (const count of [3, 5, 7, 12]) {
    const { links } = layoutTopology(cell(count), 780, 500);
    for (const [index, a] of links.entries()) {
      for (const b of links.slice(index + 1)) {
        const apart = Math.abs(a.labelX - b.labelX) > 56 || Math.abs(a.labelY - b.labelY) > 18;
        expect(apart, `${a.to.name} and ${b.to.name} of ${count}`).toBe(true);
      }
    }
  }
});

test('places follow names: neither a new leader nor the order of the answer moves anybody', () => {
  const before = cell(5);
  const after = before
    .map((one) => ({ ...one, state: one.name === 'agent-2' ? ('leader' as const) : one.state }))
    .reverse();
  const places = (participants: typeof before) =>
    layoutTopology(participants, 800, 500).nodes.map(({ participant: { name }, x, y }) => [name, x, y]);
  expect(places(after)).toEqual(places(before));
});

test('without the asked agent among the participants there are nodes and no links', () => {
  const { nodes, links } = layoutTopology([participant('a'), participant('b')], 800, 500);
  expect(nodes).toHaveLength(2);
  expect(links).toEqual([]);
});
