/** Guards the drawing of who waits for whom: every relation once, in words too, from left to right, nothing on top of another. */
import { expect, test } from 'vitest';
import { waitGraph, waitSentences } from '../../../src/renderer/panels/locks/wait-graph.ts';
import { layoutWaits, NODE_HEIGHT, NODE_WIDTH } from '../../../src/renderer/panels/locks/wait-layout.ts';
import { aLock, heldBy, lineOf } from './a-lock.ts';

const A = '/a/_lockable';
const B = '/b/_lockable';
const named = (_: string, owner: string) => owner;

test('a session waits for a lock, and the lock is held by a session; others are left out', () => {
  const { nodes, edges } = waitGraph({ locks: [heldBy(A, 'alice', ['bob', 'carol']), heldBy(B, 'dave')], waits: [] });
  expect(nodes.map(({ id }) => id).sort()).toEqual([`lock ${A}`, 'session alice', 'session bob', 'session carol']);
  expect(edges).toEqual([
    { kind: 'held', from: `lock ${A}`, to: 'session alice', position: 0 },
    { kind: 'waits', from: 'session bob', to: `lock ${A}`, position: 1 },
    { kind: 'waits', from: 'session carol', to: `lock ${A}`, position: 2 },
  ]);
});

test('in front of a lock that nobody holds, the others wait for who is first', () => {
  const queued = aLock(B, { state: 'queued', queue: lineOf(B, ['bob', 'carol']) });
  const graph = waitGraph({ locks: [heldBy(A, 'alice', ['bob']), queued], waits: [] });
  expect(graph.edges).toContainEqual({ kind: 'next', from: `lock ${B}`, to: 'session bob', position: 1 });
  expect(waitSentences(graph, named).map(({ text }) => text)).toEqual([
    `alice holds ${A}.`,
    `bob waits for ${A}, number 1 in line.`,
    `Nobody holds ${B}; bob is first, and waits for another lock as well.`,
    `carol waits for ${B}, number 2 in line.`,
  ]);
});

test('a session that stands in a line twice waits from its first place', () => {
  const { edges } = waitGraph({ locks: [heldBy(A, 'alice', ['bob', 'carol', 'bob'])], waits: [] });
  expect(edges.filter(({ from }) => from === 'session bob').map(({ position }) => position)).toEqual([1]);
});

test('waiting points to the right, those in one line stand in its order, and no node lies on a line or another node', () => {
  const workers = Array.from({ length: 24 }, (_, index) => `w${index}`);
  const graph = waitGraph({
    locks: [heldBy(A, 'alice', ['bob', ...workers.slice(0, 12)]), heldBy(B, 'bob', [...workers.slice(12), 'w3'])],
    waits: [],
  });
  const { nodes, edges, width, height } = layoutWaits(graph);
  const at = new Map(nodes.map((placed) => [placed.node.id, placed]));
  expect(nodes).toHaveLength(graph.nodes.length);
  for (const { edge, points } of edges) {
    expect(at.get(edge.from)!.x).toBeLessThan(at.get(edge.to)!.x);
    for (let index = 2; index < points.length - 1; index += 2) {
      const { x, y } = points[index - 1]!;
      expect(nodes.some((node) => node.x === x && Math.abs(node.y + NODE_HEIGHT / 2 - y) < NODE_HEIGHT / 2)).toBe(
        false,
      );
    }
  }
  const inLine = workers.slice(4, 12).map((worker) => at.get(`session ${worker}`)!);
  expect(inLine.map(({ y }) => y)).toEqual(inLine.map(({ y }) => y).toSorted((a, b) => a - b));
  expect(new Set(nodes.map(({ x, y }) => `${x} ${y}`)).size).toBe(nodes.length);
  expect(Math.max(...nodes.map(({ x }) => x + NODE_WIDTH))).toBeLessThanOrEqual(width);
  expect(Math.max(...nodes.map(({ y }) => y + NODE_HEIGHT))).toBeLessThanOrEqual(height);
});

test('a cycle, should one ever be told, is drawn and does not hang', () => {
  const { nodes } = layoutWaits(
    waitGraph({ locks: [heldBy(A, 'alice', ['bob']), heldBy(B, 'bob', ['alice'])], waits: [] }),
  );
  expect(nodes).toHaveLength(4);
});
