// Guards what the machine keeps about participants: names, addresses, pins, and the mirror of the configuration.
import { describe, expect, it } from 'vitest';
import type { Command } from '../../src/agent/machine/commands.ts';
import { MachineInvariantError } from '../../src/agent/machine/invariant.ts';
import { Driver } from './driver.ts';

function participant(agentId: string, name: string, parts: object = {}): Command {
  const addresses = { grpcAddress: '127.0.0.1:50101', httpAddress: '127.0.0.1:8081' };
  return { kind: 'setParticipant', agentId, name, ...addresses, labels: {}, version: '1', ...parts } as Command;
}
const pin = (agentId: string, pin: 'none' | 'voter' | 'learner') => ({ kind: 'pinRole', agentId, pin }) as const;

describe('a participant', () => {
  it('has a name that is unique in the cell', () => {
    const cell = new Driver();
    expect(cell.sessionless(participant('a', 'Ada'))).toMatchObject({ kind: 'written' });
    expect(cell.sessionless(participant('b', 'Ada'))).toMatchObject({ reason: 'NAME_TAKEN', holder: 'a' });
    expect(cell.sessionless(participant('a', 'Amy'))).toMatchObject({ kind: 'written' });
    expect(cell.sessionless(participant('b', 'Ada'))).toMatchObject({ kind: 'written' });
    expect(cell.system('addresses/b')).toMatchObject({ name: 'Ada', grpcAddress: '127.0.0.1:50101' });
  });

  it('keeps its name when its address moves', () => {
    const cell = new Driver();
    cell.sessionless(participant('a', 'Ada'));
    expect(cell.sessionless(participant('a', 'Ada', { httpAddress: 'h:2' }))).toMatchObject({ kind: 'written' });
    expect(cell.system('addresses/a')).toMatchObject({ name: 'Ada', httpAddress: 'h:2' });
  });

  it('that says the same again changes nothing', () => {
    const cell = new Driver();
    cell.sessionless(participant('a', 'Ada', { labels: { region: 'west', zone: '1' } }));
    const revision = cell.machine.revision('system');
    cell.sessionless(participant('a', 'Ada', { labels: { zone: '1', region: 'west' } }));
    expect(cell.machine.revision('system')).toBe(revision);
  });

  it('may have a label that JavaScript treats specially', () => {
    const cell = new Driver();
    cell.sessionless(participant('a', 'Ada', { labels: JSON.parse('{"__proto__":"x","constructor":"y"}') }));
    const { labels } = cell.system('addresses/a') as { labels: object };
    expect(Object.entries(labels).sort()).toEqual([
      ['__proto__', 'x'],
      ['constructor', 'y'],
    ]);
  });

  it.each([
    [{ name: '' }, 'a word without slashes'],
    [{ name: 'a/b' }, 'a word without slashes'],
    [{ name: 'x'.repeat(65) }, 'at most 64 bytes'],
    [{ agentId: '../x' }, 'an agent id'],
    [{ labels: { '': 'x' } }, 'must have a name'],
    [{ labels: Object.fromEntries(Array.from({ length: 33 }, (_, at) => [`l${at}`, ''])) }, 'at most 32 labels'],
    [{ grpcAddress: 'x\n' }, 'control characters'],
  ])('is refused with %j: %s', (parts, message) => {
    expect(new Driver().sessionless(participant('a', 'Ada', parts))).toMatchObject({
      reason: 'INVALID_ARGUMENT',
      message: expect.stringContaining(message),
    });
  });
});

describe('a configuration', () => {
  it('is mirrored as it was chosen, and kept with its slot', () => {
    const cell = new Driver();
    const { slot, events, outcomes } = cell.configure('a', 'b');
    expect(outcomes).toEqual([]);
    expect(cell.system('peers')).toEqual(JSON.parse(cell.machine.meta.configuration));
    expect(cell.machine.meta.configurationSlot).toBe(slot);
    expect(events).toMatchObject([{ space: 'system', changes: [{ key: '/_internal/peers' }] }]);
  });

  it('takes addresses and pins of removed participants with it, in the same revision, and no others', () => {
    const cell = new Driver();
    cell.configure('a', 'b');
    for (const [id, name] of [
      ['a', 'Ada'],
      ['b', 'Bea'],
      ['c', 'Cid'],
    ] as const)
      cell.sessionless(participant(id, name));
    cell.sessionless(pin('b', 'voter'));
    const { events } = cell.configure('a');
    expect(events.map((event) => event.changes.map((change) => [change.kind, change.key]))).toEqual([
      [
        ['delete', '/_internal/addresses/b'],
        ['delete', '/_internal/pins/b'],
        ['put', '/_internal/peers'],
      ],
    ]);
    // Cid is about to join: it said who it is before it was a participant.
    expect(cell.system('addresses/c')).toMatchObject({ name: 'Cid' });
    expect(cell.sessionless(participant('d', 'Bea'))).toMatchObject({ kind: 'written' });
  });

  it('that cannot be read stops the machine', () => {
    expect(() => new Driver().apply({ kind: 'configuration', stampMs: 1, configuration: '{' })).toThrow(
      MachineInvariantError,
    );
  });
});

describe('a role pin', () => {
  it('is kept for participants until it is taken off', () => {
    const cell = new Driver();
    expect(cell.sessionless(pin('a', 'voter'))).toMatchObject({ reason: 'INVALID_ARGUMENT' });
    cell.configure('a');
    cell.sessionless(pin('a', 'voter'));
    expect(cell.system('pins/a')).toEqual({ pin: 'voter' });
    cell.sessionless(pin('a', 'none'));
    expect(cell.system('pins/a')).toBeUndefined();
    expect(cell.sessionless(pin('a', 'none'))).toMatchObject({ kind: 'written' });
    expect(cell.sessionless(pin('a', 'leader' as never))).toMatchObject({ reason: 'INVALID_ARGUMENT' });
  });
});
