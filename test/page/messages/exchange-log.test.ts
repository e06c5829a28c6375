/** Guards what the sequence view keeps: the newest, each once, the followed slot whatever its age, nothing while it stands still. */
import { expect, test } from 'vitest';
import type { Exchange } from '../../../src/contract/index.ts';
import { EXCHANGES_KEPT, ExchangeLog } from '../../../src/renderer/panels/messages/sequence/exchange-log.ts';
import { exchange, LANES } from './exchanges.ts';

function logOf() {
  const frames: (() => void)[] = [];
  const log = new ExchangeLog((run) => frames.push(run));
  const tell = (exchanges: Exchange[], missed = 0): void => {
    log.receive({ lanes: [...LANES], exchanges, missed });
    for (const frame of frames.splice(0)) frame();
  };
  const ids = (): string[] => log.state.drawn.exchanges.map(({ messageId }) => messageId);
  return { log, tell, ids };
}

test('an exchange whose other end was read later replaces itself', () => {
  const { log, tell } = logOf();
  const first = exchange({ receivedMs: null });
  tell([first]);
  tell([{ ...first, receivedMs: 1_002 }]);
  expect(log.state.drawn.exchanges).toEqual([{ ...first, receivedMs: 1_002 }]);
});

test('what comes late stands where it belongs', () => {
  const { tell, ids } = logOf();
  tell([exchange({ messageId: 'later', sentMs: 2_000 })]);
  tell([exchange({ messageId: 'earlier', sentMs: 1_500 })]);
  expect(ids()).toEqual(['earlier', 'later']);
});

test('the newest are kept, and it is said exactly how many had to go', () => {
  const { log, tell, ids } = logOf();
  tell(Array.from({ length: EXCHANGES_KEPT + 7 }, (_, index) => exchange({ messageId: `m${index}`, sentMs: index })));
  expect(log.state.drawn.exchanges).toHaveLength(EXCHANGES_KEPT);
  expect(log.state.dropped).toBe(7);
  expect(ids()[0]).toBe('m7');
});

test('exchanges of the followed slot stay, however old, and once', () => {
  const { log, tell, ids } = logOf();
  const old = exchange({ messageId: 'old', sentMs: 1 });
  log.pin([old]);
  tell(Array.from({ length: EXCHANGES_KEPT }, (_, index) => exchange({ messageId: `m${index}`, sentMs: 10 + index })));
  expect(ids()[0]).toBe('old');
  tell([old]);
  expect(ids().filter((id) => id === 'old')).toEqual(['old']);
  log.pin([]);
  expect(ids()).not.toContain('old');
});

test('missed messages are marked before what was told with them', () => {
  const { log, tell } = logOf();
  tell([exchange({ sentMs: 1_000 })]);
  tell([exchange({ sentMs: 2_000 }), exchange({ sentMs: 1_900 })], 12);
  expect(log.state.drawn.missed).toEqual([{ atMs: 1_900, count: 12 }]);
});

test('a picture that stands still counts what came; an exchange that is told again is not counted', () => {
  const { log, tell } = logOf();
  const first = exchange({ sentMs: 1 });
  tell([first]);
  log.hold('paused');
  tell([first, exchange({ sentMs: 2 }), exchange({ sentMs: 3 })]);
  expect(log.state.still).toMatchObject({ why: 'paused', came: 2, drawn: { exchanges: [first] } });
  log.resume();
  expect(log.state.drawn.exchanges).toHaveLength(3);
});
