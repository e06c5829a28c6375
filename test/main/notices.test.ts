/** Guards what interrupts a person: what stays wrong, once; its end, once; never an election that is over in a moment. */
import { describe, expect, it } from 'vitest';
import type { CellGlimpse } from '../../src/main/cell-glimpse.ts';
import { Notices } from '../../src/main/notices.ts';

const HEALTHY: CellGlimpse = {
  level: 'healthy',
  sentence: 'All is well.',
  hasMajority: true,
  name: 'Anna',
  leader: 'Anna',
  suspects: [],
  waiting: { unknownWorks: 0, deadEntries: 0 },
};
const LEADERLESS: CellGlimpse = { ...HEALTHY, level: 'read_only', leader: '', sentence: 'No leader yet.' };
const CUT_OFF: CellGlimpse = { ...LEADERLESS, hasMajority: false, sentence: 'No majority.' };

function watched() {
  const shown: string[] = [];
  const later = new Set<() => void>();
  const notices = new Notices({
    show: ({ title, body }) => shown.push(`${title}: ${body}`),
    later: (_delayMs, work) => {
      later.add(work);
      return () => later.delete(work);
    },
  });
  const timePasses = () => {
    for (const work of [...later]) {
      later.delete(work);
      work();
    }
  };
  return { notices, shown, timePasses, later };
}

describe('notices', () => {
  it('tell that the leader is lost when it stays lost', () => {
    const { notices, shown, timePasses } = watched();
    notices.update(HEALTHY);
    notices.update(LEADERLESS);
    expect(shown).toEqual([]);
    timePasses();
    expect(shown).toEqual(['The cell has no leader: No leader yet.']);
    notices.update(LEADERLESS);
    timePasses();
    expect(shown).toHaveLength(1);
  });

  it('tell of what waits for a person when it begins to, once, and again when there is something after there was nothing', () => {
    const { notices, shown, timePasses } = watched();
    const waiting = (unknownWorks: number, deadEntries: number): void => {
      notices.update({ ...HEALTHY, waiting: { unknownWorks, deadEntries } });
      timePasses();
    };
    waiting(1, 0);
    waiting(2, 3);
    waiting(2, 4);
    expect(shown.map((told) => told.split(':')[0])).toEqual([
      'A work waits for a person',
      '3 entries of queues are dead',
    ]);
    waiting(0, 4);
    waiting(1, 4);
    expect(shown.at(-1)).toContain('A work waits for a person');
    expect(shown).toHaveLength(3);
  });

  it('say nothing of an election that ends', () => {
    const { notices, shown, timePasses } = watched();
    notices.update(LEADERLESS);
    notices.update(HEALTHY);
    timePasses();
    expect(shown).toEqual([]);
  });

  it('tell that the majority is lost, and that it is back', () => {
    const { notices, shown, timePasses } = watched();
    notices.update(CUT_OFF);
    timePasses();
    notices.update(HEALTHY);
    notices.update(HEALTHY);
    expect(shown).toEqual(['The cell has no majority: No majority.', 'The cell has a majority again: All is well.']);
  });

  it('do not tell that a majority is back that nobody missed', () => {
    const { notices, shown, timePasses } = watched();
    notices.update(CUT_OFF);
    notices.update(HEALTHY);
    timePasses();
    expect(shown).toEqual([]);
  });

  it('name each suspect once, and again when it becomes one again', () => {
    const { notices, shown } = watched();
    const suspects = { ...HEALTHY, suspects: ['Boris'] };
    for (const cell of [suspects, suspects, HEALTHY, suspects]) notices.update(cell);
    expect(shown).toEqual([
      'Boris is suspect: it is silent: All is well.',
      'Boris is suspect: it is silent: All is well.',
    ]);
  });

  it('are quiet while the agent looks for its cell', () => {
    const { notices, shown, later } = watched();
    notices.update({ ...CUT_OFF, level: 'starting' });
    expect(shown).toEqual([]);
    expect(later.size).toBe(0);
  });

  it('end with the agent', () => {
    const { notices, shown, timePasses } = watched();
    notices.update(CUT_OFF);
    notices.stop();
    timePasses();
    expect(shown).toEqual([]);
  });
});
