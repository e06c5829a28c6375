/**
 * Guards runs of the arena: the steps reach the cell in exactly the chosen order, losers are told as losers, a retry starts
 * over, and somebody else's write is found out.
 */
import { expect, test } from 'vitest';
import type { Interleaving } from '../../../src/renderer/panels/lab/cas-arena/interleavings.ts';
import { predict, type Rules } from '../../../src/renderer/panels/lab/cas-arena/model.ts';
import { outcomeKey } from '../../../src/renderer/panels/lab/cas-arena/race.ts';
import { answerText, askText } from '../../../src/renderer/panels/lab/cas-arena/race-words.ts';
import {
  type ArenaCell,
  begin,
  finish,
  hasEnded,
  nextClient,
  nextStepOf,
  outcomeOfRun,
  type Run,
  step,
} from '../../../src/renderer/panels/lab/cas-arena/run.ts';

/** A key that another writer may reach, too; it notes what it is asked. */
class OneKey implements ArenaCell {
  version = 40;
  value = 0;
  slot = 100;
  readonly asked: string[] = [];

  #now(succeeded: boolean, wrote: boolean) {
    if (wrote) this.slot += 1;
    return { version: this.version, value: this.value, succeeded, slot: wrote ? this.slot : 0 };
  }

  write(value: number) {
    this.version += 1;
    this.value = value;
    return this.#now(true, true);
  }

  reset: ArenaCell['reset'] = async () => this.write(0);

  ask: ArenaCell['ask'] = async (client, ask) => {
    this.asked.push(`${client} ${ask.kind}`);
    if (ask.kind === 'read' || ask.kind === 'compare') return this.#now(true, false);
    if (ask.kind === 'compareAndWrite' && ask.version !== this.version) return this.#now(false, true);
    return this.write(ask.value);
  };
}

const CAS: Rules = { way: 'cas', clients: 2, retries: false };

function lines(run: Run): string[] {
  return run.trace.map((row) => {
    if (row.kind === 'reset') return 'reset';
    if (row.kind === 'nothing') return `${row.client} nothing`;
    return `${row.client} ${askText(row.ask)} – ${answerText(row.ask, row.answer)}`;
  });
}

async function play(key: OneKey, rules: Rules, order: Interleaving): Promise<Run> {
  return finish(key, await begin(key, rules, order));
}

test('the chosen order is what the cell is asked, and the loser is refused by the version it read', async () => {
  const key = new OneKey();
  const run = await play(key, CAS, [0, 1, 1, 0, 1, 0]);
  expect(key.asked).toEqual(['0 read', '1 read', '1 compare', '0 compare', '1 compareAndWrite', '0 compareAndWrite']);
  expect(lines(run).slice(-2)).toEqual([
    '1 writes 10 if version 41 – written',
    '0 writes 1 if version 41 – refused: holds 10',
  ]);
  expect(outcomeOfRun(run)).toMatchObject({ results: ['refused', 'wrote'], value: 10, lost: [] });
});

test('who saw the change at its look writes nothing, and its place in the order stays empty', async () => {
  const key = new OneKey();
  const run = await play(key, CAS, [0, 1, 0, 0, 1, 1]);
  expect(lines(run).slice(-2)).toEqual(['1 looks: still version 41? – no: holds 1 by now', '1 nothing']);
  expect(key.asked).not.toContain('1 compareAndWrite');
  expect(outcomeOfRun(run)).toMatchObject({ results: ['wrote', 'saw'], value: 1 });
});

test('plain puts lose an update, and the run says whose', async () => {
  const key = new OneKey();
  const run = await play(key, { way: 'put', clients: 2, retries: false }, [0, 1, 0, 1]);
  expect(outcomeOfRun(run)).toMatchObject({ results: ['wrote', 'wrote'], value: 10, lost: [0] });
});

test('losers that retry do so after the order, each from its read, until both writes are in', async () => {
  const key = new OneKey();
  const rules = { ...CAS, retries: true };
  const order = [0, 1, 1, 0, 1, 0];
  const run = await play(key, rules, order);
  expect(key.asked.slice(6)).toEqual(['0 read', '0 compare', '0 compareAndWrite']);
  expect(outcomeOfRun(run)).toEqual(predict(rules, order));
  expect(outcomeOfRun(run)).toMatchObject({ attempts: [2, 1], value: 11 });
});

test('what somebody else writes meanwhile makes it end otherwise than worked out', async () => {
  const key = new OneKey();
  const order = [0, 0, 0, 1, 1, 1];
  let run = await begin(key, CAS, order);
  for (let turn = 0; turn < 5; turn += 1) run = await step(key, run, nextClient(run)!);
  key.write(7_000);
  run = await finish(key, run);
  const outcome = outcomeOfRun(run)!;
  expect(outcome.results).toEqual(['wrote', 'refused']);
  expect(outcomeKey(outcome)).not.toBe(outcomeKey(predict(CAS, order)));
});

test('by hand anybody may step next, until all have finished; a loser may begin again when retries are on', async () => {
  const key = new OneKey();
  let run = await begin(key, { ...CAS, retries: true }, undefined);
  expect(nextClient(run)).toBeUndefined();
  for (const client of [1, 0, 0, 0]) run = await step(key, run, client);
  expect([nextStepOf(run, 0), nextStepOf(run, 1), hasEnded(run)]).toEqual([undefined, 'compare', false]);
  run = await step(key, run, 1);
  expect(run.race.clients[1]!.result).toBe('saw');
  expect(nextStepOf(run, 1)).toBe('read');
  for (let turn = 0; turn < 3; turn += 1) run = await step(key, run, 1);
  expect([hasEnded(run), outcomeOfRun(run)!.value]).toEqual([true, 11]);
});
