// Guards work that is done once: one claim at a time, a result that everybody gets, and no guess about a claimant that died.
import { describe, expect, it } from 'vitest';
import type { Command } from '../../src/agent/machine/commands.ts';
import { bytes, textOf } from './driver.ts';
import { claimOnce, recordOnce, Workers } from './work-driver.ts';

const W = '/mails/42';
const abandon = (token: number): Command => ({ kind: 'abandonOnce', path: W, token, why: 'not now' });
const resolve = (isDone: boolean, result = ''): Command => {
  return { kind: 'resolveOnce', path: W, isDone, result: bytes(result), by: 'Ada', why: 'I looked' };
};
const forget: Command = { kind: 'forgetOnce', path: W };

describe('work that is done once', () => {
  it('is claimed by one; when it is done everybody gets the result', () => {
    const cell = new Workers(['s', 't']);
    const first = cell.by('s', claimOnce(W));
    expect(first).toMatchObject({ succeeded: true, outcome: { state: 'claimed', claims: 1, holder: 's' } });
    const { token } = cell.onceAt(W)!;
    const busy = cell.by('t', claimOnce(W));
    expect(busy).toMatchObject({ succeeded: false, outcome: { state: 'busy', holder: 's', token } });
    // Two tasks of one session are two.
    expect(cell.once('s', claimOnce(W)).state).toBe('busy');
    expect(cell.once('s', recordOnce(W, token, 'sent')).state).toBe('done');
    for (const session of ['s', 't']) {
      const again = cell.by(session, claimOnce(W));
      expect(again).toMatchObject({ succeeded: true, outcome: { state: 'done', token, claims: 1 } });
      expect(textOf(again.current!.value)).toBe('sent');
    }
    cell.end('s');
    expect(cell.once('t', claimOnce(W)).state).toBe('done');
  });

  it('that was abandoned is claimed anew, with a higher token, even in the same slot', () => {
    const cell = new Workers(['s', 't']);
    const { token } = cell.once('s', claimOnce(W));
    const [abandoned, claimed] = cell.together(['s', abandon(token)], ['t', claimOnce(W)]);
    expect(abandoned).toMatchObject({ outcome: { state: 'open' } });
    expect(claimed).toMatchObject({ outcome: { state: 'claimed', claims: 2, holder: 't' } });
    expect(cell.onceAt(W)!.token).toBeGreaterThan(token);
    expect(cell.onceAt(W)!.ended).toMatchObject({ kind: 'abandoned', why: 'not now' });
  });

  it('whose claimant died is taken over with a higher token; the old one is refused', () => {
    const cell = new Workers(['s', 't']);
    const { token } = cell.once('s', claimOnce(W));
    cell.end('s');
    expect(cell.onceAt(W)).toMatchObject({ state: 'open', ended: { kind: 'sessionEnded' } });
    const second = cell.once('t', claimOnce(W));
    expect(second).toMatchObject({ state: 'claimed', claims: 2 });
    expect(second.token).toBeGreaterThan(token);
    const stale = cell.unchangedBy('t', recordOnce(W, token));
    expect(stale).toMatchObject({ reason: 'TOKEN_STALE', holder: 't' });
    expect(stale.message).toContain(`session t does it with token ${second.token}`);
    expect(cell.once('t', recordOnce(W, second.token)).state).toBe('done');
    expect(cell.unchangedBy('t', recordOnce(W, second.token)).message).toContain('it is done');
  });

  it('is unknown, if a person was to be asked, until a person has said what became of it', () => {
    const cell = new Workers(['s', 't']);
    const { token } = cell.once('s', claimOnce(W, 'ask'));
    cell.end('s');
    const unknown = cell.by('t', claimOnce(W));
    expect(unknown).toMatchObject({ succeeded: false, outcome: { state: 'unknown', token, holder: 's' } });
    expect(cell.unchangedBy('t', recordOnce(W, token)).reason).toBe('TOKEN_STALE');
    expect(cell.once('t', resolve(true, 'it was sent')).state).toBe('done');
    expect(textOf(cell.by('t', claimOnce(W)).current!.value)).toBe('it was sent');
    expect(cell.onceAt(W)?.ended).toMatchObject({ kind: 'resolvedDone', by: 'Ada', why: 'I looked' });
    expect(cell.unchangedBy('t', resolve(false)).reason).toBe('ONCE_SETTLED');
  });

  it('that a person says was not done is claimed anew', () => {
    const cell = new Workers(['s', 't']);
    const { token } = cell.once('s', claimOnce(W, 'ask'));
    cell.end('s');
    expect(cell.once('t', resolve(false)).state).toBe('open');
    const second = cell.once('t', claimOnce(W, 'ask'));
    expect(second.token).toBeGreaterThan(token);
    // The death of this one asks again.
    cell.end('t');
    expect(cell.onceAt(W)?.state).toBe('unknown');
  });

  it('is spoken for only by the session that claimed it', () => {
    const cell = new Workers(['s', 't']);
    const { token } = cell.once('s', claimOnce(W));
    for (const command of [recordOnce(W, token), abandon(token)]) {
      expect(cell.unchangedBy('t', command)).toMatchObject({ reason: 'TOKEN_STALE', holder: 's' });
    }
    for (const command of [
      recordOnce('/other', token),
      { ...forget, path: '/other' },
      { ...resolve(true), path: '/other' },
    ]) {
      expect(cell.unchangedBy('s', command as Command).reason).toBe('ONCE_UNKNOWN');
    }
    expect(cell.unchangedBy('nobody', claimOnce(W)).reason).toBe('SESSION_UNKNOWN');
    expect(cell.unchangedBy('s', resolve(true)).reason).toBe('ONCE_SETTLED');
  });

  it('is forgotten on demand, not while it is done, and then done again with a higher token', () => {
    const cell = new Workers(['s', 't']);
    const { token } = cell.once('s', claimOnce(W));
    expect(cell.unchangedBy('t', forget)).toMatchObject({ reason: 'ONCE_CLAIMED', holder: 's' });
    cell.by('s', recordOnce(W, token));
    expect(cell.once('t', forget).state).toBe('forgotten');
    expect(cell.system('once-results/mails/42')).toBeUndefined();
    expect(cell.once('t', claimOnce(W))).toMatchObject({ state: 'claimed', claims: 1 });
    expect(cell.onceAt(W)!.token).toBeGreaterThan(token);
  });

  it('leaves nothing of a claim in the index', () => {
    const cell = new Workers(['s', 't']);
    for (const session of ['s', 't']) cell.by(session, claimOnce(`/${session}`));
    cell.by('s', recordOnce('/s', cell.onceAt('/s')!.token));
    cell.end('t');
    expect(cell.store.rangePlain('/_internal/once-index/', '/_internal/once-index0', 0)).toEqual([]);
  });

  it('is listed apart until it is done or forgotten, whatever becomes of its claims', () => {
    const cell = new Workers(['s', 't']);
    const isListed = () => cell.store.get('system', '/_internal/once-unsettled/mails/42') !== undefined;
    const { token } = cell.once('s', claimOnce(W));
    expect(isListed()).toBe(true);
    cell.once('s', abandon(token));
    cell.once('s', claimOnce(W, 'ask'));
    cell.end('s');
    expect([cell.onceAt(W)?.state, isListed()]).toEqual(['unknown', true]);
    cell.once('t', forget);
    expect(isListed()).toBe(false);
    cell.once('t', recordOnce(W, cell.once('t', claimOnce(W)).token));
    expect([cell.onceAt(W)?.state, isListed()]).toEqual(['done', false]);
  });

  it('keeps results of 1 MiB', () => {
    const cell = new Workers(['s']);
    const { token } = cell.once('s', claimOnce(W));
    expect(cell.unchangedBy('s', recordOnce(W, token, 'x'.repeat(1_048_577))).reason).toBe('INVALID_ARGUMENT');
    cell.by('s', recordOnce(W, token, 'x'.repeat(1_048_576)));
    expect(cell.by('s', claimOnce(W)).current!.value).toHaveLength(1_048_576);
  });

  it.each([
    [claimOnce('mails'), 'path that starts with /'],
    [recordOnce(W, 0), 'a token is'],
    [{ ...resolve(true), by: '' } as Command, 'must say who'],
    [resolve(false, 'x'), 'has no result'],
  ])('%# is refused: %s', (command, message) => {
    const cell = new Workers(['s']);
    expect(cell.unchangedBy('s', command)).toMatchObject({
      reason: 'INVALID_ARGUMENT',
      message: expect.stringContaining(message),
    });
  });
});
