import type { CellView, ParticipantView } from '../../../src/contract/index.ts';

/** A participant of which only what a test is about is said. */
export function participant(name: string, change: Partial<ParticipantView> = {}): ParticipantView {
  return {
    agentId: `id-${name}`,
    name,
    role: 'voter',
    state: 'follower',
    isSelf: false,
    suspect: false,
    grpcAddress: `${name}:50101`,
    httpAddress: `${name}:8081`,
    labels: {},
    version: '1.0.0',
    chosenThrough: 10,
    applied: 10,
    lagSlots: 0,
    roundTripMs: 1,
    lastHeardMs: 20,
    uptimeMs: 60_000,
    pin: 'none',
    ...change,
  };
}

/** A cell of these participants, in which all voters but the suspect ones answer. */
export function cellView(participants: readonly ParticipantView[]): CellView {
  const voters = participants.filter(({ role }) => role === 'voter');
  const majority = Math.floor(voters.length / 2) + 1;
  const liveVoters = voters.filter(({ suspect }) => !suspect).length;
  const leader = participants.find(({ state }) => state === 'leader');
  return {
    atMs: 1_000,
    status: {
      agentId: 'id-a',
      name: 'a',
      cellId: 'cell',
      version: '1.0.0',
      state: 'follower',
      ballot: { round: 1, agentId: leader?.agentId ?? '' },
      leader: leader?.name ?? '',
      leaderId: leader?.agentId ?? '',
      epoch: 3,
      chosenThrough: 10,
      applied: 10,
      revision: 5,
      revisionFloor: 0,
      journalFloor: 1,
      journalEnd: 10,
      writable: true,
      unwritableReason: '',
      unwritableSinceMs: 0,
      readOnly: false,
      uptimeMs: 1,
      pid: 1,
      grpcAddress: '',
      httpAddress: '',
      stateDir: '/state',
      stateSizeBytes: 0,
      journalSizeBytes: 0,
    },
    participants: [...participants],
    health: {
      level: 'healthy',
      sentence: '',
      tolerance: { voters: voters.length, majority, toleratedFailures: voters.length - majority, liveVoters },
    },
    alerts: [],
    waiting: { unknownWorks: 0, deadEntries: 0 },
    appliedPerSecond: 0,
    writesPerSecond: 0,
    readsPerSecond: 0,
    commitP50Ms: 0,
    commitP99Ms: 0,
  };
}
