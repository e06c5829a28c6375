/**
 * Guards that phase 1 ends however much there is to report.
 *
 * 1. A led, and C accepted 48 MiB that nobody knows chosen. A is gone.
 * 2. B campaigns. C's report comes in chunks of 1 MiB, one round trip each: far longer than an election timeout.
 * 3. If the campaign times out by the clock, B begins anew and never gets to the end. If C's patience does, it starts a
 *    rival campaign against the one that it is answering.
 */
import { expect, test } from 'vitest';
import { ballot } from './replica-fixture.ts';
import { Cell, command, founding } from './support/cell.ts';

const ENTRIES = 48;

test.each([false, true])(
  'a campaign that makes progress is won, undisturbed (the clock of the other runs: %s)',
  (runs) => {
    const roles = { A: 'voter', B: 'voter', C: 'voter' } as const;
    const cell = new Cell();
    cell.latencyMs = () => 8;
    const payload = new Uint8Array(1024 * 1024 - 200);
    const accepted = Array.from({ length: ENTRIES }, (_, at) => command(2 + at, '1.A', `slot ${2 + at}`, payload));
    const promised = ballot('1.A');
    const b = cell.add('B', { entries: [founding(roles)], promised });
    const c = cell.add('C', { entries: [founding(roles), ...accepted], promised, chosenThrough: 1 });
    cell.onlyTick(b);
    cell.until(() => b.made.some(({ message }) => message.kind === 'prepare'));
    c.isTicking = runs;
    cell.until(() => b.replica.isLeaderReady, 3_000);
    expect(b.replica.ballot).toEqual(ballot('2.B'));
    expect(b.applied.get(ENTRIES + 1)).toBe(`slot ${ENTRIES + 1}`);
  },
);
