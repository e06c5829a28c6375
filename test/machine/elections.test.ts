// Guards elections: one tenure at a time, tenures that only grow, and succession in the order of the queue (invariant 14).
import { describe, expect, it } from 'vitest';
import { campaign, resign, Sessions } from './coordination-driver.ts';

const E = '/services/web';
const proclaim = (value: string, tenure = 0) => ({ kind: 'proclaim', path: E, value, tenure }) as const;

describe('an election', () => {
  it('is won by the first candidate; the tenure is numbered by its slot', () => {
    const cell = new Sessions(['s', 't']);
    const result = cell.by('s', campaign(E, 'host-1'));
    expect(result.outcome).toMatchObject({ state: 'elected', tenure: result.slot, position: 0 });
    expect(cell.election('t', campaign(E, 'host-2'))).toMatchObject({ state: 'waiting', tenure: 0, position: 1 });
    expect(cell.electionAt(E)).toMatchObject({ state: 'held', sessionId: 's', value: 'host-1', waiting: 1 });
  });

  it('goes to the next in line, and to no other, when the winner resigns or its session ends (invariant 14)', () => {
    const cell = new Sessions(['s', 't', 'u', 'v']);
    const { tenure } = cell.election('s', campaign(E));
    for (const session of ['t', 'u', 'v']) cell.by(session, campaign(E, session));
    expect(cell.election('s', resign(E))).toMatchObject({ state: 'resigned', tenure });
    const second = cell.electionAt(E)!;
    expect(second).toMatchObject({ sessionId: 't', value: 't', ended: { kind: 'resigned', sessionId: 's', tenure } });
    expect(second.tenure).toBeGreaterThan(tenure);
    expect(cell.election('u', resign(E))).toMatchObject({ state: 'withdrawn', tenure: 0 });
    cell.end('t');
    expect(cell.electionAt(E)).toMatchObject({ sessionId: 'v', ended: { kind: 'sessionEnded', sessionId: 't' } });
    expect(cell.electionAt(E)!.tenure).toBeGreaterThan(second.tenure);
    const { tenure: last } = cell.electionAt(E)!;
    cell.by('v', resign(E));
    expect(cell.electionAt(E)).toMatchObject({ state: 'vacant', tenure: last, sessionId: '', value: '', waiting: 0 });
  });

  it('begins at most one tenure per slot', () => {
    const cell = new Sessions(['s', 't']);
    cell.together(['s', campaign(E)], ['t', campaign(E)], ['s', resign(E)]);
    expect(cell.electionAt(E)).toMatchObject({ state: 'vacant', waiting: 1, tenure: cell.machine.appliedSlot });
    expect(cell.fire('election/services/web')).toBe(true);
    expect(cell.electionAt(E)).toMatchObject({ sessionId: 't', tenure: cell.machine.appliedSlot });
    expect(cell.fire('election/services/web')).toBe(false);
  });

  it('is campaigned in once per session; again changes the value', () => {
    const cell = new Sessions(['s', 't', 'u']);
    const first = cell.election('s', campaign(E, 'a'));
    expect(cell.election('s', campaign(E, 'b'))).toEqual(first);
    expect(cell.electionAt(E)).toMatchObject({ value: 'b', waiting: 0 });
    cell.by('t', campaign(E, 'c'));
    cell.by('u', campaign(E, 'd'));
    expect(cell.election('t', campaign(E, 'e'))).toMatchObject({ state: 'waiting', position: 1 });
    cell.end('s');
    expect(cell.electionAt(E)).toMatchObject({ sessionId: 't', value: 'e' });
  });

  it('lets only the winner proclaim, and only in its own tenure', () => {
    const cell = new Sessions(['s', 't']);
    expect(cell.refused('s', proclaim('x')).reason).toBe('NOT_ELECTED');
    const { tenure } = cell.election('s', campaign(E));
    cell.by('s', proclaim('ready', tenure));
    expect(cell.electionAt(E)).toMatchObject({ value: 'ready', tenure });
    expect(cell.refused('t', proclaim('x'))).toMatchObject({ reason: 'NOT_ELECTED', holder: 's' });
    expect(cell.refused('s', proclaim('x', tenure - 1)).message).toContain(`this is tenure ${tenure}`);
    expect(cell.refused('t', resign(E)).message).toContain('no candidate');
    expect(cell.electionAt(E)).toMatchObject({ value: 'ready' });
  });

  it('leaves nothing behind when everybody has gone, and forgets the oldest', () => {
    const cell = new Sessions(['s', 't']);
    for (const session of ['s', 't']) cell.by(session, campaign(E));
    for (const session of ['s', 't']) cell.end(session);
    expect(
      cell.machine.range('system', { start: '/_internal/candidacies/', end: '/_internal/candidacies0', limit: 0 }),
    ).toEqual([]);
    const index = cell.store.rangePlain('/_internal/election-index/', '/_internal/election-index0', 0);
    expect(index.filter(({ key }) => !key.includes('/vacant'))).toEqual([]);
    const other = new Sessions(['s']);
    for (let index = 0; index < 1_280; index += 1) {
      other.by('s', campaign(`/e/${index}`));
      other.by('s', resign(`/e/${index}`));
    }
    expect(other.electionAt('/e/255')).toBeUndefined();
    expect(other.electionAt('/e/256')).toMatchObject({ state: 'vacant' });
  });

  it.each([
    [campaign('x'), 'path that starts with /'],
    [campaign(E, '\ud800'), 'not valid text'],
    [campaign(E, 'x'.repeat(1_048_577)), 'at most'],
    [proclaim('x', -1), 'tenure'],
  ])('%# is refused: %s', (command, message) => {
    const cell = new Sessions(['s']);
    expect(cell.refused('s', command)).toMatchObject({
      reason: 'INVALID_ARGUMENT',
      message: expect.stringContaining(message),
    });
  });
});
