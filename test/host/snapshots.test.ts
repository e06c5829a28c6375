// Guards what an agent does while it fetches a snapshot, which may take minutes: everything else. And a leader whose
// state a snapshot replaces yields: it does not know which timers the slots that it skipped began and ended.
import { expect, test } from 'vitest';
import type { Message } from '../../src/agent/consensus/messages.ts';
import type { Ballot } from '../../src/agent/consensus/types.ts';
import type { HostPorts } from '../../src/agent/host/ports.ts';
import { type Agent, MemoryCell, put, text } from '../support/memory-cell.ts';

type Fetched = Parameters<HostPorts['fetchSnapshot']>[1];

/** `to` hears from `from` that its journal no longer reaches back to what is missing. */
function offerSnapshot(from: string, to: Agent): void {
  const message: Message = { kind: 'snapshotOffer', floor: 1_000_000, chosenThrough: 1_000_000 };
  const envelope = { group: 0, cellId: 'cell', from, to: to.id, epoch: 1, message };
  to.host.receive({ kind: 'consensus', envelope });
}

test('an agent whose fetch of a snapshot hangs goes on applying', () => {
  const cell = new MemoryCell({ voters: ['a', 'b', 'c'] });
  let fetches = 0;
  cell.fetchSnapshot = () => {
    fetches += 1;
  };
  const leader = cell.leader();
  const [behind, other] = cell.followers();
  cell.write(leader.id, put('/before', '1')).value();
  offerSnapshot(other!.id, behind!);
  cell.clock.run(10);
  expect(fetches).toBe(1);
  cell.write(behind!.id, put('/through', '1')).value();
  expect(text(behind!.host, '/through')).toBe('1');
  cell.read(behind!.id).value();
  leader.host.transferLeadership(behind!.id, () => {});
  cell.clock.runUntil(() => behind!.host.replica.isLeaderReady);
  cell.write(behind!.id, put('/leading', '1')).value();
});

test('a leader whose state is replaced by a snapshot yields', () => {
  let then: Fetched | undefined;
  let replaced: Ballot | undefined;
  // Between two portions of what is applied, as a callback of the storage comes.
  const cell: MemoryCell = new MemoryCell({
    voters: ['a'],
    learners: ['b'],
    observer: { applied: () => void cell.clock.after(0, install) },
  });
  cell.fetchSnapshot = (_from, whenFetched) => {
    then = whenFetched;
  };
  const { host, store, disk } = cell.leader();
  cell.write('a', put('/before', '1')).value();
  offerSnapshot('b', cell.agent('a'));
  for (let index = 0; index < 10_000; index += 1) cell.write('a', put(`/k/${index}`, 'x'));

  function install(): void {
    if (replaced !== undefined || then === undefined) return;
    const { applied, ballot, chosenThrough, configuration } = host.status;
    if (chosenThrough <= applied) return;
    replaced = ballot;
    host.flush();
    const state = store.cloneFlushed();
    const meta = { ...state.readMeta(), appliedSlot: applied + 1 };
    state.writeMeta(meta);
    state.flush();
    disk.dropBelow(meta.appliedSlot + 1);
    const { appliedSlot: slot, configurationSlot } = meta;
    then({ store: state, base: { slot, era: JSON.parse(meta.era), configuration, configurationSlot } });
  }
  cell.clock.runUntil(() => replaced !== undefined);
  expect(host.status.role).not.toBe('leader');
  cell.clock.runUntil(() => host.replica.isLeaderReady);
  expect(host.status.ballot.round).toBeGreaterThan(replaced!.round);
});
