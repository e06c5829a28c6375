/**
 * Guards the size of what travels: an entry or a forwarded call that no link carries is sent again for ever, and nothing
 * after it is chosen.
 */

import { describe, expect, test } from 'vitest';
import { consensusConfig, DEFAULTS } from '../../src/agent/config.ts';
import { encodeBundle } from '../../src/agent/host/bundle-codec.ts';
import { Bundles } from '../../src/agent/host/bundles.ts';
import { acting } from '../../src/agent/host/codec.ts';
import type { HostContext } from '../../src/agent/host/host-context.ts';
import type { Unit } from '../../src/agent/host/pending-write.ts';
import { sizeOf } from '../../src/agent/host/request-size.ts';
import type { Command, Request } from '../../src/agent/machine/commands.ts';
import { LIMITS } from '../../src/agent/machine/limits.ts';
import { MessageEncoder } from '../../src/agent/peer/frames.ts';
import { command as anyCommand } from '../support/arbitrary-commands.ts';
import { type Call, MemoryCell, put } from '../support/memory-cell.ts';
import { fc } from '../support/property.ts';

const THREE = { voters: ['a', 'b', 'c'] };

/** As large as a transaction may be, by its keys alone. */
function wideTransaction(): Command {
  const pad = 'x'.repeat(1_000);
  const ranges = Array.from({ length: LIMITS.operationsMax }, (_, index) => ({
    kind: 'deleteRange' as const,
    start: `/${pad}${index}`,
    end: `/${pad}${index}z`,
    returnPrevious: false,
  }));
  return { kind: 'transact', compare: [], then: ranges, otherwise: [] };
}

test('no request takes more room in a bundle than it is counted for', () => {
  const sessionId = 's'.repeat(LIMITS.idBytesMax);
  const most = Number.MAX_SAFE_INTEGER;
  fc.assert(
    fc.property(anyCommand, fc.constantFrom(undefined, 'a', sessionId), (command, asSessionId) => {
      const place = { sessionId, sequence: most, ackedBelow: most, digest: most };
      const request: Request = { ...place, command, ...acting(asSessionId) };
      expect(encodeBundle([request]).length).toBeLessThanOrEqual(sizeOf(command, asSessionId));
    }),
    { numRuns: 500, examples: [[wideTransaction(), sessionId]] },
  );
});

describe('transactions that are large by their keys', () => {
  function written(at: 'leader' | 'follower'): { calls: Call<unknown>[]; largest: number; dropped: number } {
    const cell = new MemoryCell(THREE);
    const encoder = new MessageEncoder('boot');
    const leader = cell.leader();
    for (const id of cell.agents.keys()) cell.write(id, put('/warm', id)).value();
    const seen = { largest: 0, dropped: 0 };
    cell.deliver = (_from, _to, message) => {
      const { bytes } = encoder.encode(message);
      seen.largest = Math.max(seen.largest, bytes);
      if (bytes <= DEFAULTS.frameMaxBytes) return true;
      seen.dropped += 1;
      return false;
    };
    const id = at === 'leader' ? leader.id : cell.followers()[0]!.id;
    const calls: Call<unknown>[] = Array.from({ length: 40 }, () => cell.write(id, wideTransaction()));
    calls.push(cell.write(id, put('/later', 'v')));
    cell.clock.runUntil(() => calls.every(({ answer }) => answer !== undefined));
    return { calls, ...seen };
  }

  test.each(['leader', 'follower'] as const)('travel in messages that links carry, from a %s', (at) => {
    const { calls, largest, dropped } = written(at);
    expect(dropped).toBe(0);
    expect(largest).toBeLessThanOrEqual(DEFAULTS.acceptMaxBytes + 64 * 1_024);
    for (const call of calls) call.value();
  });
});

test('an entry is split when its requests take more room than they were counted for', () => {
  const consensus = consensusConfig({ acceptMaxBytes: 10_000 });
  const entries: Uint8Array[] = [];
  let calls = 0;
  const context = {
    config: { consensus, pipelineEntries: 8, bundleMaxBytes: 1e9, bundleMaxRequests: 100, queuedRequestsMax: 100 },
    ports: { nowMs: () => 0, wallMs: () => 0 },
    nextCallId: () => `call ${++calls}`,
    feed: (input: { entries: readonly { payload: Uint8Array }[] }) => {
      entries.push(...input.entries.map(({ payload }) => payload));
    },
  } as unknown as HostContext;
  const bundles = new Bundles(context);
  for (let index = 0; index < 5; index += 1) bundles.add(unit(sequenced(index)));
  bundles.flush();
  expect(entries.length).toBeGreaterThan(1);
  for (const payload of entries) expect(payload.length).toBeLessThanOrEqual(10_000);
  const expected = Array.from({ length: 5 }, (_, index) => encodeBundle([sequenced(index)]));
  expect(Buffer.concat(entries)).toEqual(Buffer.concat(expected));
  expect(bundles.isWaiting).toBe(false);
});

test('a forwarded call that is larger than an entry may be is refused', () => {
  const consensus = consensusConfig({ acceptMaxBytes: 10_000 });
  const cell = new MemoryCell({ ...THREE, config: { consensus } });
  const leader = cell.leader();
  const [follower] = cell.followers();
  leader.sent.length = 0;
  const requests = Array.from({ length: 5 }, (_, index) => sequenced(index));
  const message = { kind: 'forward' as const, callId: 'call', requests };
  const head = { kind: 'host' as const, group: 0, cellId: 'cell', epoch: 1 };
  leader.host.receive({ ...head, from: follower!.id, to: leader.id, message });
  const replies = leader.sent.flatMap(({ message: sent }) =>
    sent.kind === 'host' && sent.message.kind === 'forwardReply' ? [sent.message.fate] : [],
  );
  expect(replies).toEqual(['busy']);
});

test('a request that is larger than an entry may be is refused at once', () => {
  const consensus = consensusConfig({ acceptMaxBytes: 10_000 });
  const cell = new MemoryCell({ ...THREE, config: { consensus } });
  const call = cell.write(cell.leader().id, put('/x', 'x'.repeat(10_000)));
  call.wait();
  expect(call.error).toMatchObject({ reason: 'LIMIT_EXCEEDED', effect: 'not_done' });
});

function sequenced(index: number): Request {
  const command = put(`/${index}`, 'x'.repeat(4_000));
  return { sessionId: 's', sequence: index + 1, ackedBelow: 1, digest: 1, command };
}

function unit(request: Request): Unit {
  return {
    requests: [request],
    sizeBytes: 0,
    isWanted: true,
    isAwaitedByAll: false,
    queuedMs: 0,
    markSent: () => {},
    fate: () => {},
  };
}
