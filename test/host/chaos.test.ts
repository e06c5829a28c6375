/**
 * Guards what clients are told, under crashes, cuts and lost messages: an acknowledged write is there, a write that was
 * said to be not done is not, nothing happens twice, every call is answered once, and the cell heals.
 */
import { expect, test } from 'vitest';
import type { WriteOutcome } from '../../src/agent/host/cell-port.ts';
import { autopilot } from '../../src/agent/peer/autopilot.ts';
import { type Call, create, MemoryCell } from '../support/memory-cell.ts';

/** A small generator, so that a seed says everything. */
function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

interface Written {
  readonly key: string;
  readonly call: Call<WriteOutcome>;
}

function run(seed: number): { answered: number; done: number; unknown: number } {
  const random = randomOf(seed);
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)]!;
  const cell = new MemoryCell({
    voters: ['a', 'b', 'c'],
    learners: ['d', 'e'],
    autopilot: seed % 2 === 0 ? autopilot : undefined,
    config: { internalSessionTtlMs: 1_500, stateFlushSlots: 20, evictAfterMs: 3_000, pipelineEntries: 3 },
  });
  const ids = [...cell.agents.keys()];
  let cut = new Set<string>();
  let lossRate = 0;
  cell.deliver = (from, to) => cut.has(from) === cut.has(to) && random() >= lossRate;
  const written: Written[] = [];
  for (let step = 0; step < 400; step += 1) {
    cell.clock.run(random() * 40);
    const up = ids.filter((id) => !cell.agent(id).isDown);
    for (let count = Math.floor(random() * 4); count > 0 && up.length > 0; count -= 1) {
      const key = `/k/${written.length}`;
      const timeoutMs = 200 + random() * 6_000;
      const quorum = random() < 0.1 ? 'all' : 'majority';
      written.push({ key, call: cell.write(pick(up), create(key, 'x'), { timeoutMs, quorum }) });
    }
    const dice = random();
    if (dice < 0.03 && up.length > 0) cell.crash(pick(up));
    else if (dice < 0.1) {
      const down = ids.filter((id) => cell.agent(id).isDown);
      if (down.length > 0) cell.restart(pick(down));
    } else if (dice < 0.12) cut = new Set(ids.filter(() => random() < 0.4));
    else if (dice < 0.16) cut = new Set();
    else if (dice < 0.18) lossRate = random() * 0.3;
    else if (dice < 0.22) lossRate = 0;
    else if (dice < 0.24) cell.latencyMs = 1 + Math.floor(random() * 30);
    else if (dice < 0.25) {
      const { host } = cell.agent(pick(ids));
      const { applied } = host.status;
      // Its journal is cut short: whoever lags behind needs a snapshot.
      for (const agent of cell.agents.values()) {
        if (agent.isDown || agent.host !== host || applied < 10) continue;
        host.flush();
        agent.disk.dropBelow(applied - 3);
        agent.disk.onFloor(applied - 3);
      }
    }
  }
  cut = new Set();
  lossRate = 0;
  cell.latencyMs = 1;
  for (const id of ids) if (cell.agent(id).isDown) cell.restart(id);
  cell.clock.runUntil(() => written.every(({ call }) => call.answer !== undefined), 30_000);
  const last = cell.write('a', create('/last', 'x'));
  expect(last.value().result.succeeded).toBe(true);
  const members = () => ids.filter((id) => !cell.host(id).isRemoved);
  cell.clock.runUntil(() => new Set(members().map((id) => cell.host(id).stateHash)).size === 1, 30_000);
  const { host } = cell.leader();
  const outcome = { answered: 0, done: 0, unknown: 0 };
  for (const { key, call } of written) {
    const { answer } = call;
    expect(call.answers, `seed ${seed}: answers of ${key}`).toBe(1);
    const isThere = host.state.get('user', key) !== undefined;
    outcome.answered += 1;
    if (answer?.ok) {
      outcome.done += 1;
      // Executed twice, it would have found the key there.
      expect(answer.value.result.succeeded, `seed ${seed}: ${key} took effect once`).toBe(true);
      expect(isThere, `seed ${seed}: ${key} was acknowledged`).toBe(true);
    } else if (answer?.error.effect === 'not_done') {
      expect(isThere, `seed ${seed}: ${key} was said to be not done (${answer.error.message})`).toBe(false);
    } else outcome.unknown += 1;
  }
  return outcome;
}

const SEEDS = Number(process.env.SYNOD_SEEDS ?? 12);
const FIRST = Number(process.env.SYNOD_FIRST_SEED ?? 1);

test('clients are told the truth', () => {
  let done = 0;
  let unknown = 0;
  for (let seed = FIRST; seed < FIRST + SEEDS; seed += 1) {
    const outcome = run(seed);
    done += outcome.done;
    unknown += outcome.unknown;
  }
  // The faults were felt, and most went well all the same.
  expect(done).toBeGreaterThan(SEEDS * 100);
  expect(unknown).toBeGreaterThan(0);
});
