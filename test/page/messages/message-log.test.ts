/** Guards the table of messages: what is kept, counted, left out and held still, and where something is missing. */
import { expect, test } from 'vitest';
import type { MessageView } from '../../../src/contract/index.ts';
import type { LogRow } from '../../../src/renderer/panels/messages/log/log-row.ts';
import {
  BACKLOG,
  MessageLog,
  type QueriedLog,
  ROWS_KEPT,
  type WatchedLog,
} from '../../../src/renderer/panels/messages/log/message-log.ts';
import { message, nameOf } from './support.ts';

/** An agent's log, and a page whose frames are drawn when the test says so. */
class Stage {
  readonly #frames: (() => void)[] = [];
  readonly log = new MessageLog({ nextFrame: (run) => this.#frames.push(run), nameOf, nowMs: () => 5_000 });
  readonly queries: unknown[] = [];
  readonly watches: unknown[] = [];
  past: MessageView[] = [];
  logId = 'log-1';
  first = 1;

  readonly client = {
    query: async (input: { limit?: number; beforeSequence?: number }): Promise<QueriedLog> => {
      this.queries.push(input);
      const { limit = 1_000, beforeSequence = 0 } = input;
      const below = this.past.filter(({ sequence }) => beforeSequence === 0 || sequence < beforeSequence);
      const messages = below.slice(-limit).reverse();
      return { messages, first: this.first, last: this.past.at(-1)?.sequence ?? 0, logId: this.logId };
    },
    watch: async (input: unknown) => {
      this.watches.push(input);
      return (async function* (): AsyncGenerator<WatchedLog> {})();
    },
  };

  async open(): Promise<void> {
    await this.log.open(this.client as never, new AbortController().signal);
    this.draw();
  }

  tell(messages: MessageView[], rest: Partial<WatchedLog> = {}): void {
    const through = messages.at(-1)?.sequence ?? 0;
    this.log.receive({ messages, through, logId: this.logId, missed: 0, heartbeats: 0, ...rest });
  }

  draw(): number {
    const frames = this.#frames.splice(0);
    for (const frame of frames) frame();
    return frames.length;
  }

  rows(): string[] {
    const { log } = this;
    return Array.from({ length: log.count }, (_, index) => written(log.at(index)));
  }
}

function written(row: LogRow | undefined): string {
  if (row === undefined) return 'nothing';
  if (row.kind === 'message') return String(row.message.sequence);
  return row.kind === 'missed' ? `missed ${row.count}` : 'restarted';
}

function numbers(from: number, through: number): MessageView[] {
  return Array.from({ length: through - from + 1 }, (_, index) => message(from + index));
}

test('the past comes first, and the watch goes on exactly behind it', async () => {
  const stage = new Stage();
  stage.past = numbers(1, 3);
  await stage.open();
  expect(stage.rows()).toEqual(['1', '2', '3']);
  expect(stage.watches).toEqual([expect.objectContaining({ from: { afterSequence: 3, logId: 'log-1' } })]);
  stage.tell(numbers(4, 5), { through: 9 });
  await stage.open();
  expect(stage.queries).toHaveLength(1);
  expect(stage.watches.at(-1)).toMatchObject({ from: { afterSequence: 9, logId: 'log-1' } });
});

test('what comes within a frame is drawn once', async () => {
  const stage = new Stage();
  await stage.open();
  const { revision } = stage.log.state;
  stage.tell(numbers(1, 2));
  stage.tell(numbers(3, 4));
  expect(stage.log.state.revision).toBe(revision);
  expect(stage.draw()).toBe(1);
  expect(stage.log.state.revision).toBe(revision + 1);
  expect(stage.rows()).toEqual(['1', '2', '3', '4']);
});

test('no more rows are kept than promised, and the oldest go', async () => {
  const stage = new Stage();
  await stage.open();
  stage.tell(numbers(1, ROWS_KEPT + 250));
  stage.draw();
  expect(stage.log.count).toBe(ROWS_KEPT);
  expect(stage.log.keptCount).toBe(ROWS_KEPT);
  expect(written(stage.log.at(0))).toBe('251');
  expect(stage.log.state.dropped).toBe(250);
});

test('rows keep their identity while others come and go', async () => {
  const stage = new Stage();
  await stage.open();
  stage.tell(numbers(1, 10));
  stage.draw();
  const kept = stage.log.at(9);
  stage.tell(numbers(11, 20));
  stage.draw();
  expect(stage.log.at(9)).toBe(kept);
});

test('missed messages are told before what came after them, and nowhere else', async () => {
  const stage = new Stage();
  await stage.open();
  stage.tell(numbers(1, 2));
  stage.tell(numbers(40, 41), { missed: 37 });
  stage.draw();
  expect(stage.rows()).toEqual(['1', '2', 'missed 37', '40', '41']);
});

test('an agent that was started again begins another log below a line that says so', async () => {
  const stage = new Stage();
  stage.past = numbers(1, 2);
  await stage.open();
  stage.logId = 'log-2';
  stage.tell(numbers(1, 1));
  stage.draw();
  expect(stage.rows()).toEqual(['1', '2', 'restarted', '1']);
  expect(stage.log.state.hasOlder).toBe(false);
});

test('heartbeats that are left out are counted since the table began, and anew after it was cleared', async () => {
  const stage = new Stage();
  await stage.open();
  stage.tell([], { heartbeats: 80, through: 80 });
  stage.tell(numbers(81, 81), { heartbeats: 44 });
  stage.draw();
  expect(stage.log.state).toMatchObject({ heartbeats: 124, sinceMs: 5_000 });
  stage.log.clear();
  expect(stage.log.state.heartbeats).toBe(0);
  expect(stage.rows()).toEqual([]);
});

test('a pause holds the rows still and counts what came; scrolling does not end it', async () => {
  const stage = new Stage();
  await stage.open();
  stage.tell(numbers(1, 2));
  stage.draw();
  stage.log.hold('paused');
  stage.log.hold('scrolled');
  stage.tell(numbers(3, 5));
  stage.draw();
  expect(stage.rows()).toEqual(['1', '2']);
  expect(stage.log.state.still).toMatchObject({ why: 'paused', came: 3 });
  stage.log.resume();
  expect(stage.rows()).toEqual(['1', '2', '3', '4', '5']);
});

test('what is held still outlasts the rows that had to go meanwhile', async () => {
  const stage = new Stage();
  await stage.open();
  stage.tell(numbers(1, 3));
  stage.draw();
  stage.log.hold('scrolled');
  stage.tell(numbers(4, ROWS_KEPT + 10));
  stage.draw();
  expect(stage.rows()).toEqual(['1', '2', '3']);
  expect(stage.log.state.still?.came).toBe(ROWS_KEPT + 7);
  stage.log.resume();
  expect(written(stage.log.at(0))).toBe('11');
});

test('text chooses among what is kept, also while it is held still, without asking the agent again', async () => {
  const stage = new Stage();
  await stage.open();
  stage.tell([message(1), message(2, { kind: 'Put' }), message(3, { peer: 'agent-c' }), message(4, { kind: 'Put' })]);
  stage.draw();
  stage.log.hold('paused');
  stage.tell([message(5, { kind: 'Put' })]);
  stage.draw();
  stage.log.setFilter({ text: 'put' });
  expect(stage.rows()).toEqual(['2', '4']);
  stage.log.resume();
  expect(stage.rows()).toEqual(['2', '4', '5']);
  stage.log.setFilter({ text: 'CRIM' });
  expect(stage.rows()).toEqual(['3']);
  stage.tell([message(6), message(7, { peer: 'agent-c' })]);
  stage.draw();
  expect(stage.rows()).toEqual(['3', '7']);
  expect(stage.queries).toHaveLength(1);
});

test('every other filter begins anew with the agent', async () => {
  const stage = new Stage();
  stage.past = numbers(1, 3);
  await stage.open();
  stage.log.setFilter({ failedOnly: true });
  expect(stage.rows()).toEqual([]);
  expect(stage.log.state.phase).toBe('loading');
  await stage.open();
  expect(stage.queries.at(-1)).toMatchObject({ filter: { statuses: ['failed'] } });
});

test('older messages come before the rest, also below a table that is held still, until the log ends', async () => {
  const stage = new Stage();
  stage.past = numbers(1, BACKLOG + 5);
  await stage.open();
  expect(written(stage.log.at(0))).toBe('6');
  expect(stage.log.state.hasOlder).toBe(true);
  stage.log.hold('scrolled');
  expect(await stage.log.loadOlder(stage.client as never)).toBe(5);
  expect(written(stage.log.at(0))).toBe('1');
  expect(stage.log.count).toBe(BACKLOG + 5);
  expect(stage.log.state.hasOlder).toBe(false);
  stage.log.resume();
  expect(written(stage.log.at(0))).toBe('1');
});

test('an answer for a filter that is no longer asked for is thrown away', async () => {
  const stage = new Stage();
  stage.past = numbers(1, 3);
  const stop = new AbortController();
  const opening = stage.log.open(stage.client as never, stop.signal);
  stage.log.setFilter({ slot: 2 });
  stop.abort(new Error('another filter'));
  await expect(opening).rejects.toThrow('another filter');
  expect(stage.rows()).toEqual([]);
});
