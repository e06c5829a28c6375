/** Guards how the journal is read: only what is in view, again when it moved, and never more than once at a time. */
import { expect, test } from 'vitest';
import type { JournalEntryView } from '../../../src/contract/index.ts';
import {
  type JournalBounds,
  JournalPages,
  PAGE_SLOTS,
  PAGES_KEPT,
} from '../../../src/renderer/panels/journal/journal-pages.ts';

function entry(slot: number, { chosenThrough, applied }: JournalBounds): JournalEntryView {
  return {
    slot,
    kind: 'command',
    ballot: { round: 4, agentId: 'agent-a' },
    origin: { round: 4, agentId: 'agent-a' },
    stampMs: 1,
    payloadBytes: 10,
    requests: 1,
    summary: `entry ${slot}`,
    chosen: slot <= chosenThrough,
    applied: slot <= applied,
  };
}

interface Asked {
  readonly fromSlot?: number;
  readonly limit?: number;
}

/** A journal that answers when the test says so, at most `answerMax` entries at once. */
class Journal {
  bounds: JournalBounds;
  answerMax = Number.POSITIVE_INFINITY;
  failure: Error | undefined;
  readonly asked: string[] = [];
  readonly pages = new JournalPages(() => ({ list: (input: Asked | undefined) => this.#list(input ?? {}) }) as never);
  #held: (() => void)[] | undefined;

  constructor(floor: number, end: number) {
    this.bounds = { floor, end, chosenThrough: end, applied: end };
  }

  hold(): void {
    this.#held = [];
  }

  async release(): Promise<void> {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const answer of held) answer();
    await settled();
  }

  async #list({ fromSlot = 0, limit = 200 }: Asked) {
    this.asked.push(`${fromSlot}+${limit}`);
    const { bounds, answerMax } = this;
    if (this.#held !== undefined) await new Promise<void>((resolve) => this.#held!.push(resolve));
    if (this.failure !== undefined) throw this.failure;
    const entries: JournalEntryView[] = [];
    const first = Math.max(fromSlot, bounds.floor);
    for (let slot = first; slot <= bounds.end && slot < fromSlot + limit && entries.length < answerMax; slot += 1) {
      entries.push(entry(slot, bounds));
    }
    return { bounds, entries };
  }
}

async function settled(): Promise<void> {
  for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
}

test('only the pages in view are asked for, each once', async () => {
  const journal = new Journal(1, 1_000);
  journal.pages.moved(journal.bounds);
  journal.pages.show(590, 610);
  journal.pages.show(591, 611);
  await settled();
  expect(journal.asked).toEqual([`401+${PAGE_SLOTS}`, `601+${PAGE_SLOTS}`]);
  expect(journal.pages.entry(600)?.summary).toBe('entry 600');
  expect(journal.pages.entry(400)).toBeUndefined();
  journal.pages.show(580, 605);
  await settled();
  expect(journal.asked).toHaveLength(2);
});

test('new slots at the end are fetched when they are in view, and not otherwise', async () => {
  const journal = new Journal(1, 350);
  journal.pages.moved(journal.bounds);
  journal.pages.show(340, 400);
  await settled();
  journal.bounds = { floor: 1, end: 352, chosenThrough: 351, applied: 350 };
  journal.pages.moved(journal.bounds);
  await settled();
  expect(journal.asked).toHaveLength(2);
  expect(journal.pages.entry(352)).toMatchObject({ chosen: false, applied: false });
  journal.pages.show(1, 20);
  await settled();
  journal.bounds = { floor: 1, end: 360, chosenThrough: 360, applied: 360 };
  journal.pages.moved(journal.bounds);
  await settled();
  expect(journal.asked).toHaveLength(3);
});

test('a slot that was not chosen is read again when it is: another entry may stand there', async () => {
  const journal = new Journal(1, 100);
  journal.bounds = { floor: 1, end: 100, chosenThrough: 99, applied: 99 };
  journal.pages.moved(journal.bounds);
  journal.pages.show(90, 100);
  await settled();
  journal.bounds = { ...journal.bounds, chosenThrough: 100 };
  journal.pages.moved(journal.bounds);
  await settled();
  expect(journal.asked).toHaveLength(2);
  journal.bounds = { ...journal.bounds, applied: 100 };
  journal.pages.moved(journal.bounds);
  await settled();
  expect(journal.asked).toHaveLength(2);
  expect(journal.pages.entry(100)).toMatchObject({ chosen: true, applied: true });
});

test('while a page is asked for it is not asked for again, and what moved meanwhile is not lost', async () => {
  const journal = new Journal(1, 10);
  journal.pages.moved(journal.bounds);
  journal.hold();
  journal.pages.show(1, 30);
  for (let end = 11; end <= 15; end += 1) {
    journal.pages.moved({ floor: 1, end, chosenThrough: end, applied: end });
  }
  await settled();
  expect(journal.asked).toHaveLength(1);
  journal.bounds = { floor: 1, end: 15, chosenThrough: 15, applied: 15 };
  await journal.release();
  expect(journal.asked).toHaveLength(2);
  expect(journal.pages.entry(15)?.summary).toBe('entry 15');
});

test('an answer that ends early is continued', async () => {
  const journal = new Journal(1, 500);
  journal.answerMax = 90;
  journal.pages.moved(journal.bounds);
  journal.pages.show(10, 20);
  await settled();
  expect(journal.asked).toEqual(['1+200', '91+110', '181+20']);
  expect(journal.pages.entry(200)?.summary).toBe('entry 200');
});

test('below the floor nothing is asked for, and nothing is claimed', async () => {
  const journal = new Journal(450, 600);
  journal.pages.moved(journal.bounds);
  journal.pages.show(390, 460);
  await settled();
  expect(journal.asked).toEqual(['450+151']);
  expect(journal.pages.entry(449)).toBeUndefined();
  expect(journal.pages.entry(450)?.slot).toBe(450);
});

test('bounds that come late take nothing back', () => {
  const journal = new Journal(1, 10);
  journal.pages.moved({ floor: 5, end: 20, chosenThrough: 19, applied: 18 });
  journal.pages.moved({ floor: 1, end: 15, chosenThrough: 20, applied: 15 });
  expect(journal.pages.state.bounds).toEqual({ floor: 5, end: 20, chosenThrough: 20, applied: 18 });
});

test('a failure is told and nothing is asked again by itself; asking again begins anew', async () => {
  const journal = new Journal(1, 10);
  journal.failure = new Error('no answer');
  journal.pages.moved(journal.bounds);
  journal.pages.show(1, 10);
  await settled();
  expect(journal.pages.state.problem).toBe(journal.failure);
  journal.pages.moved({ floor: 1, end: 11, chosenThrough: 11, applied: 11 });
  expect(journal.asked).toHaveLength(1);
  journal.failure = undefined;
  journal.pages.reload();
  journal.pages.moved(journal.bounds);
  await settled();
  expect(journal.pages.state.problem).toBeUndefined();
  expect(journal.pages.entry(10)?.slot).toBe(10);
});

test('an answer from before everything was forgotten is thrown away', async () => {
  const journal = new Journal(1, 10);
  journal.pages.moved(journal.bounds);
  journal.hold();
  journal.pages.show(1, 10);
  journal.pages.reload();
  await journal.release();
  expect(journal.pages.entry(1)).toBeUndefined();
  expect(journal.pages.state.bounds).toBeUndefined();
});

test('so many pages are kept, and those in view last', async () => {
  const journal = new Journal(1, PAGE_SLOTS * (PAGES_KEPT + 5));
  journal.pages.moved(journal.bounds);
  for (let page = 0; page < PAGES_KEPT + 5; page += 1) {
    const first = page * PAGE_SLOTS + 1;
    journal.pages.show(first, first + 10);
    await settled();
  }
  expect(journal.pages.entry(1)).toBeUndefined();
  expect(journal.pages.entry(PAGE_SLOTS * 6)?.slot).toBe(PAGE_SLOTS * 6);
});
