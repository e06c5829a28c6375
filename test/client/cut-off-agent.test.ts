/** Guards whoever waits at an agent that is alive and cut off from the others: what the cell decides is heard elsewhere. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { CellError, type WatchQuery, type WatchSink } from '../../src/agent/host/cell-port.ts';
import { connect, type SynodClient } from '../../src/client/index.ts';
import { eventually } from '../support/eventually.ts';
import type { LoneCell } from '../support/lone-cell.ts';
import { type ServedApi, serveApi } from '../support/served-api.ts';

const PATH = '/door/_lockable';

/** The same cell, as long as this agent hears the others. */
class LinkedAgent {
  readonly cell: LoneCell;
  isCutOff = false;

  constructor(cell: LoneCell) {
    this.cell = new Proxy(cell, {
      get: (target, name) => {
        if (name === 'watch') return (query: WatchQuery, sink: WatchSink) => target.watch(query, this.#sink(sink));
        const member: unknown = Reflect.get(target, name, target);
        if (typeof member !== 'function') return member;
        const isAnswered = name !== 'write' && name !== 'renew' && name !== 'readBarrier';
        return isAnswered || !this.isCutOff ? member.bind(target) : () => Promise.reject(noMajority());
      },
    });
  }

  #sink(sink: WatchSink): WatchSink {
    return {
      deliver: (batch) => this.isCutOff || sink.deliver(batch),
      cut: (error, resumeFrom) => sink.cut(error, resumeFrom),
    };
  }
}

const noMajority = () => new CellError('NO_MAJORITY', 'this agent hears nobody');

let agent: LinkedAgent;
let served: ServedApi;
let cutOff: ServedApi;
let ada: SynodClient;
let bruno: SynodClient;

beforeEach(async () => {
  served = await serveApi();
  agent = new LinkedAgent(served.cell);
  cutOff = await serveApi({ cell: agent.cell });
  ada = connect({ endpoints: [cutOff.address, served.address], session: { ttlMs: 3_000 } });
  bruno = connect({ endpoints: [served.address] });
});
afterEach(async () => {
  await Promise.all([ada.close(), bruno.close()]);
  await Promise.all([cutOff.stop(), served.stop()]);
});

test('a grant is heard of, although the agent where it was waited for hears nobody', async () => {
  const held = await bruno.lock(PATH).acquire();
  const queued = Promise.withResolvers<number>();
  const waiting = ada.lock(PATH).acquire({ onQueued: queued.resolve });
  await queued.promise;
  await eventually(() =>
    expect(cutOff.observability.inFlight.running(9).map(({ method }) => method)).toContain('WatchLock'),
  );
  agent.isCutOff = true;
  await held.release();
  const granted = await waiting;
  expect(granted.fencingToken).toBeGreaterThan(held.fencingToken);
  await granted.release();
});

test('changes are heard of, although the agent that was asked for them hears nobody', async () => {
  await ada.put('/w/a', 'x');
  const watch = ada.watch('/w/');
  const first = watch.next();
  await eventually(() =>
    expect(cutOff.observability.inFlight.running(9).map(({ method }) => method)).toContain('Watch'),
  );
  agent.isCutOff = true;
  await bruno.put('/w/b', 'x');
  expect((await first).value!.events).toMatchObject([{ kind: 'put', item: { key: '/w/b' } }]);
  await watch.return();
});
