// Guards proposals: one vote for each voter, a write with the deciding vote and only then, and a reason for every end.
import { describe, expect, it } from 'vitest';
import { acquire, release, setLimit } from './coordination-driver.ts';
import { put, remove } from './driver.ts';
import { propose, vote, Workers } from './work-driver.ts';

const K = '/config/size';

describe('a proposal', () => {
  it('is written in the slot of the deciding vote', () => {
    const cell = new Workers(['s', 't']);
    const made = cell.proposal('s', propose(K, 'large'));
    expect(made).toMatchObject({ state: 'pending', votesFor: 0, votesAgainst: 0, total: 3, required: 2, why: '' });
    expect(cell.proposal('t', vote(made.proposal, 'a'))).toMatchObject({ state: 'pending', votesFor: 1 });
    expect(cell.text(K)).toBeUndefined();
    const deciding = cell.by('t', vote(made.proposal, 'b'));
    expect(deciding.outcome).toMatchObject({ state: 'accepted', votesFor: 2, why: '2 of 3 are for it' });
    expect(deciding.current).toMatchObject({ key: K, version: 1 });
    expect(cell.text(K)).toBe('large');
    const event = cell.events.findLast(({ space }) => space === 'user')!;
    expect(event.slot).toBe(deciding.slot);
    expect(cell.proposalAt(made.proposal)?.decided).toMatchObject({ cause: 'votes', slot: deciding.slot });
    // The value is in the key now; nothing that decides it again is left.
    expect(cell.system(`proposal-values/${made.proposal}`)).toBeUndefined();
    expect(cell.fire(`proposal/${made.proposal}`)).toBe(false);
  });

  it.each([
    [5_100, 1, 1],
    [5_100, 2, 2],
    [5_100, 3, 2],
    [5_100, 4, 3],
    [5_100, 200, 102],
    [6_667, 3, 3],
    [6_666, 3, 2],
    [10_000, 5, 5],
    [1, 5, 1],
  ])('with a quorum of %d of 10 000 among %d voters needs %d', (quorumPerTenThousand, voters, required) => {
    const cell = new Workers(['s']);
    const electorate = Array.from({ length: voters }, (_, index) => `v${index}`);
    const made = cell.proposal('s', propose(K, 'v', { quorumPerTenThousand, electorate }));
    expect(made.required).toBe(required);
    for (const voter of electorate.slice(0, required - 1)) {
      expect(cell.proposal('s', vote(made.proposal, voter)).state).toBe('pending');
    }
    expect(cell.proposal('s', vote(made.proposal, electorate[required - 1]!)).state).toBe('accepted');
  });

  it('is rejected as soon as it cannot be accepted any more', () => {
    const cell = new Workers(['s']);
    const { proposal } = cell.proposal('s', propose(K));
    expect(cell.proposal('s', vote(proposal, 'a', false)).state).toBe('pending');
    expect(cell.proposal('s', vote(proposal, 'b'))).toMatchObject({ state: 'pending', votesFor: 1, votesAgainst: 1 });
    const last = cell.proposal('s', vote(proposal, 'c', false));
    expect(last).toMatchObject({
      state: 'rejected',
      votesFor: 1,
      votesAgainst: 2,
      total: 3,
      required: 2,
      cause: 'votes',
    });
    expect(last.why).toBe('2 of 3 are against it, so the 2 that it needs cannot be reached');
    expect(cell.text(K)).toBeUndefined();
  });

  it('takes one vote of each voter, of no strangers, and none once it is decided; nothing is changed by them', () => {
    const cell = new Workers(['s', 't']);
    const { proposal } = cell.proposal('s', propose(K));
    cell.by('s', vote(proposal, 'a'));
    for (const isFor of [true, false]) {
      const twice = cell.unchangedBy('t', vote(proposal, 'a', isFor));
      expect(twice.reason).toBe('ALREADY_VOTED');
      expect(twice.message).toContain(`a voted for proposal ${proposal}`);
    }
    expect(cell.unchangedBy('t', vote(proposal, 'd'))).toMatchObject({
      reason: 'NOT_A_VOTER',
      message: `d does not belong to the electorate of proposal ${proposal}`,
    });
    expect(cell.unchangedBy('t', vote(proposal, '')).message).toContain('session t does not belong');
    expect(cell.unchangedBy('t', vote(proposal + 1, 'a')).reason).toBe('PROPOSAL_UNKNOWN');
    cell.by('s', vote(proposal, 'b'));
    const late = cell.unchangedBy('s', vote(proposal, 'c'));
    expect(late.reason).toBe('PROPOSAL_CLOSED');
    expect(late.message).toContain('was accepted in slot');
  });

  it('counts a session as itself, or as its owner', () => {
    const cell = new Workers(['s', 't']);
    const { proposal } = cell.proposal(
      's',
      propose(K, 'v', { electorate: ['s', 'a test'], quorumPerTenThousand: 10_000 }),
    );
    expect(cell.proposal('s', vote(proposal, '')).votesFor).toBe(1);
    expect(cell.refused('s', vote(proposal, '')).reason).toBe('ALREADY_VOTED');
    expect(cell.proposal('t', vote(proposal, '')).state).toBe('accepted');
    expect(cell.proposalAt(proposal)?.votes.map(({ voter }) => voter)).toEqual(['s', 'a test']);
  });

  it('without an electorate is for the voters of the cell as they were when it was proposed', () => {
    const cell = new Workers(['s']);
    expect(cell.refused('s', propose(K, 'v', { electorate: [] })).message).toContain('has no voters');
    cell.configure('agent-1', 'agent-2', 'agent-3');
    cell.sessionless({
      kind: 'setParticipant',
      agentId: 'agent-2',
      name: 'bob',
      grpcAddress: '',
      httpAddress: '',
      labels: {},
      version: '1',
    });
    const { proposal, total } = cell.proposal('s', propose(K, 'v', { electorate: [] }));
    expect(total).toBe(3);
    cell.configure('agent-1', 'agent-2');
    expect(cell.proposal('s', vote(proposal, 'bob'))).toMatchObject({ votesFor: 1, total: 3, required: 2 });
    expect(cell.refused('s', vote(proposal, 'agent-2')).reason).toBe('ALREADY_VOTED');
    expect(cell.proposal('s', vote(proposal, 'agent-3')).state).toBe('accepted');
  });

  it('expires at its deadline, and says how it stood', () => {
    const cell = new Workers(['s']);
    const { proposal } = cell.proposal('s', propose(K));
    cell.by('s', vote(proposal, 'a', false));
    expect(cell.fire(`proposal/${proposal}`)).toBe(true);
    expect(cell.proposalAt(proposal)).toMatchObject({ state: 'expired', decided: { cause: 'deadline' } });
    expect(cell.proposalAt(proposal)?.decided?.why).toBe(
      'after 5000 ms 0 of the 2 needed were for it and 1 against, of 3',
    );
    expect(cell.fire(`proposal/${proposal}`)).toBe(false);
    expect(cell.text(K)).toBeUndefined();
  });

  it('is withdrawn by its proposer, or by an operator with a name', () => {
    const cell = new Workers(['s', 't']);
    const withdraw = (proposal: number, by = '') => ({ kind: 'withdrawProposal', proposal, by, why: 'late' }) as const;
    const first = cell.proposal('s', propose(K)).proposal;
    expect(cell.unchangedBy('t', withdraw(first))).toMatchObject({ reason: 'NOT_THE_PROPOSER', holder: 's' });
    expect(cell.proposal('s', withdraw(first))).toMatchObject({
      state: 'withdrawn',
      why: 'withdrawn by its proposer: late',
    });
    expect(cell.unchangedBy('s', withdraw(first)).reason).toBe('PROPOSAL_CLOSED');
    const second = cell.proposal('s', propose(K)).proposal;
    expect(cell.proposal('t', withdraw(second, 'Ada'))).toMatchObject({ why: 'withdrawn by Ada: late' });
  });

  it('goes on when the session of its proposer has ended', () => {
    const cell = new Workers(['s', 't']);
    const { proposal } = cell.proposal('s', propose(K, 'v', { electorate: ['a'] }));
    cell.end('s');
    expect(cell.proposal('t', vote(proposal, 'a')).state).toBe('accepted');
  });
});

describe('what stands in the way of the write', () => {
  it.each([
    ['written', (cell: Workers) => cell.by('t', put(K, 'other'))],
    ['deleted and made again', (cell: Workers) => [remove(K), put(K, 'old')].map((command) => cell.by('t', command))],
  ])('a key that was %s rejects what was to be written only if it is unchanged', (_, change) => {
    const cell = new Workers(['s', 't']);
    cell.by('s', put(K, 'old'));
    const careful = cell.proposal('s', propose(K, 'new', { isOnlyIfUnchanged: true, electorate: ['a'] })).proposal;
    const careless = cell.proposal('s', propose(K, 'newer', { electorate: ['a'] })).proposal;
    change(cell);
    const before = cell.text(K);
    expect(cell.proposal('t', vote(careful, 'a'))).toMatchObject({ state: 'rejected', votesFor: 1, cause: 'changed' });
    expect(cell.text(K)).toBe(before);
    expect(cell.proposal('t', vote(careless, 'a')).state).toBe('accepted');
  });

  it('a key that nobody wrote since does not, however often it was written before', () => {
    const cell = new Workers(['s', 't']);
    for (const text of ['1', '2', '3']) cell.by('s', put('/elsewhere', text));
    cell.by('s', put(K, 'old'));
    const careful = propose(K, 'new', { isOnlyIfUnchanged: true, electorate: ['a'] });
    const { proposal } = cell.proposal('s', careful);
    cell.by('t', put('/elsewhere', '4'));
    expect(cell.proposal('t', vote(proposal, 'a')).state).toBe('accepted');
    cell.by('s', remove(K));
    const absent = cell.proposal('s', careful).proposal;
    expect(cell.proposal('t', vote(absent, 'a')).state).toBe('accepted');
  });

  it('the locks above the key are judged for the proposer, whoever votes last', () => {
    const cell = new Workers(['s', 't']);
    const key = '/a/_lockable/x';
    cell.by('s', acquire('/a/_lockable'));
    const first = cell.proposal('s', propose(key, 'mine', { electorate: ['a'] })).proposal;
    expect(cell.proposal('t', vote(first, 'a')).state).toBe('accepted');
    const second = cell.proposal('s', propose(key, 'late', { electorate: ['a'] })).proposal;
    cell.by('s', release('/a/_lockable'));
    cell.by('t', acquire('/a/_lockable'));
    // The voter holds the lock, but it is not the voter who writes.
    const rejected = cell.proposal('t', vote(second, 'a'));
    expect(rejected).toMatchObject({ state: 'rejected', cause: 'guard' });
    expect(rejected.why).toContain('lies below the lock "/a/_lockable", which');
    expect(cell.text(key)).toBe('mine');
  });

  it('so is the fencing token that came with the proposal', () => {
    const cell = new Workers(['s', 't']);
    const { token } = cell.locks('s', acquire('/a/_lockable'));
    const fenced = propose(K, 'v', { electorate: ['a'], fencingToken: token });
    const first = cell.proposal('s', fenced).proposal;
    expect(cell.proposal('t', vote(first, 'a')).state).toBe('accepted');
    const second = cell.proposal('s', fenced).proposal;
    cell.by('s', release('/a/_lockable'));
    expect(cell.proposal('t', vote(second, 'a'))).toMatchObject({ state: 'rejected', cause: 'token' });
    expect(cell.unchangedBy('s', fenced).reason).toBe('TOKEN_STALE');
  });
});

describe('proposals', () => {
  it('pending at one time are limited; an operator raises that', () => {
    const cell = new Workers(['s']);
    cell.by('s', setLimit('proposalsPending', 2));
    const { proposal } = cell.proposal('s', propose(K));
    cell.by('s', propose(K));
    expect(cell.unchangedBy('s', propose(K))).toMatchObject({ reason: 'LIMIT_EXCEEDED', limit: 'proposalsPending' });
    cell.fire(`proposal/${proposal}`);
    cell.by('s', propose(K));
    cell.by('s', setLimit('proposalsPending', 0));
    cell.by('s', propose(K));
  });

  it('that were decided long ago are forgotten', () => {
    const cell = new Workers(['s']);
    const numbers: number[] = [];
    for (let index = 0; index < 1_280; index += 1) {
      const { proposal } = cell.proposal('s', propose(K, 'v', { electorate: ['a'] }));
      numbers.push(proposal);
      cell.by('s', vote(proposal, 'a'));
    }
    expect(cell.proposalAt(numbers[255]!)).toBeUndefined();
    expect(cell.proposalAt(numbers[256]!)).toMatchObject({ state: 'accepted' });
    expect(cell.refused('s', vote(numbers[0]!, 'a')).reason).toBe('PROPOSAL_UNKNOWN');
  });

  it.each([
    [propose('/_internal/x'), 'belongs to the cell'],
    [propose(K, 'v', { quorumPerTenThousand: 0 }), 'quorum'],
    [propose(K, 'v', { quorumPerTenThousand: 10_001 }), 'quorum'],
    [propose(K, 'v', { quorumPerTenThousand: 0.51 }), 'quorum'],
    [propose(K, 'v', { electorate: ['a', 'a'] }), 'named twice'],
    [propose(K, 'v', { electorate: [''] }), 'must have a name'],
    [propose(K, 'v', { electorate: Array.from({ length: 1_025 }, (_, index) => `${index}`) }), 'at most 1024 voters'],
    [propose(K, 'v', { timeoutMs: 0 }), 'a TTL is'],
    [propose(K, 'v', { value: new Uint8Array(1_048_577) }), 'at most'],
    [propose(K, 'v', { why: '\ud800' }), 'not valid text'],
    [vote(0, 'a'), 'number it was given'],
  ])('%# are refused: %s', (command, message) => {
    const cell = new Workers(['s']);
    expect(cell.unchangedBy('s', command)).toMatchObject({
      reason: 'INVALID_ARGUMENT',
      message: expect.stringContaining(message),
    });
  });

  it('are refused to sessions that are not there', () => {
    const cell = new Workers(['s']);
    expect(cell.unchangedBy('nobody', propose(K)).reason).toBe('SESSION_UNKNOWN');
  });

  it('take values of any bytes', () => {
    const cell = new Workers(['s']);
    const value = Uint8Array.of(0, 255, 128, 0);
    const { proposal } = cell.proposal('s', propose(K, '', { value, electorate: ['a'] }));
    cell.by('s', vote(proposal, 'a'));
    expect([...cell.machine.get('user', K)!.value]).toEqual([...value]);
  });
});
