// Guards Members, ChangeMembers, Status, Shutdown and SaveSnapshot: what an agent says of its cell and lets be done to it.
import { createHash } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { SnapshotPort } from '../../src/agent/api/ports.ts';
import {
  ChangeMembersRequest,
  MemberAction,
  MembersRequest,
  SaveSnapshotRequest,
  type SaveSnapshotResponse,
  ShutdownRequest,
  StatusRequest,
} from '../../src/gen/synod/v1/user.ts';
import { LONE_AGENT_ID } from '../support/lone-cell.ts';
import { ask, detailOf, type ServedApi, serveApi } from '../support/served-api.ts';
import { must, refused, until } from './calls.ts';

const data = Buffer.alloc(300_000, 'state ');
let closed = 0;
const snapshots: SnapshotPort = {
  open: async () => ({
    cellId: 'c0ffee',
    slot: 42,
    sizeBytes: data.length,
    checksum: createHash('sha256').update(data).digest(),
    chunks: (async function* () {
      for (let at = 0; at < data.length; at += 65_536) yield data.subarray(at, at + 65_536);
    })(),
    close: async () => {
      closed += 1;
    },
  }),
};

let served: ServedApi;
beforeEach(async () => {
  closed = 0;
  served = await serveApi({ snapshots });
  for (const [agentId, name] of [
    [LONE_AGENT_ID, 'Ada'],
    ['agent-b', 'Bruno'],
    ['agent-c', 'Clara'],
  ] as const) {
    const addresses = { grpcAddress: `${name}:1`, httpAddress: `${name}:2` };
    served.cell.execute({
      kind: 'setParticipant',
      agentId,
      name,
      ...addresses,
      labels: { region: 'west' },
      version: '1',
    });
  }
  served.cell.configure({
    epoch: 4,
    participants: [
      { agentId: LONE_AGENT_ID, role: 'voter' },
      { agentId: 'agent-b', role: 'voter' },
      { agentId: 'agent-c', role: 'learner' },
    ],
  });
  served.cell.participants = [
    { agentId: 'agent-b', suspect: true, chosenThrough: 3, applied: 2, lastHeardMs: 120, uptimeMs: 5_000 },
  ];
});
afterEach(() => served.stop());

const change = (partial: Parameters<typeof ChangeMembersRequest.fromPartial>[0]) =>
  ask(served.client, served.client.changeMembers, ChangeMembersRequest.fromPartial(partial));

test('members are told with names, states, addresses and what the leader knows of them', async () => {
  const response = must(await ask(served.client, served.client.members, MembersRequest.fromPartial({})));
  expect(response).toMatchObject({ epoch: 4, leader: 'Ada' });
  const [ada, bruno, clara] = response.members;
  expect(ada).toMatchObject({ name: 'Ada', role: 'voter', state: 'leader', grpcAddress: 'Ada:1', suspect: false });
  expect(ada!.lastHeardMs).toBeUndefined();
  expect(bruno).toMatchObject({ state: 'follower', suspect: true, applied: 2, lastHeardMs: 120, roundTripMs: 0.4 });
  expect(clara).toMatchObject({ role: 'learner', state: 'learner', labels: { region: 'west' } });
});

test('what was applied was chosen, also where the one was told later than the other', async () => {
  const bruno = { agentId: 'agent-b', suspect: false, lastHeardMs: 120, uptimeMs: 5_000 };
  served.cell.participants = [{ ...bruno, chosenThrough: 3, applied: 7 }];
  const told = must(await ask(served.client, served.client.members, MembersRequest.fromPartial({})));
  expect(told.members[1]).toMatchObject({ chosenThrough: 7, applied: 7 });
  served.cell.participants = [{ ...bruno, chosenThrough: 9, applied: 7 }];
  const later = must(await ask(served.client, served.client.members, MembersRequest.fromPartial({})));
  expect(later.members[1]).toMatchObject({ chosenThrough: 9, applied: 7 });
});

test('changes name agents by short name or id, and reach the cell as one change', async () => {
  const promoted = must(await change({ action: MemberAction.PROMOTE, agents: ['clara'], expectedEpoch: 4 }));
  expect(promoted).toMatchObject({ epoch: 5, leader: 'Ada' });
  expect(served.cell.changes.at(-1)).toEqual({ changes: [{ agentId: 'agent-c', role: 'voter' }], expectedEpoch: 4 });
  must(await change({ action: MemberAction.REMOVE, agents: ['agent-b', 'Clara'] }));
  expect(served.cell.changes.at(-1)!.changes).toEqual([
    { agentId: 'agent-b', role: 'removed' },
    { agentId: 'agent-c', role: 'removed' },
  ]);
  must(await change({ action: MemberAction.REPLACE, agents: ['Clara'] }));
  expect(served.cell.changes.at(-1)!.changes).toEqual([
    { agentId: 'agent-c', role: 'voter' },
    { agentId: LONE_AGENT_ID, role: 'learner' },
    { agentId: 'agent-b', role: 'learner' },
  ]);
});

test('leadership is transferred, roles are pinned', async () => {
  expect(must(await change({ action: MemberAction.TRANSFER, agents: ['Bruno'] })).leader).toBe('Bruno');
  must(await change({ action: MemberAction.PIN_LEARNER, agents: ['Clara'] }));
  const response = must(await ask(served.client, served.client.members, MembersRequest.fromPartial({})));
  expect(response.members.map(({ pin }) => pin)).toEqual(['', '', 'learner']);
});

test('changes of nobody, of strangers, of another epoch or without sense are refused', async () => {
  const nobody = detailOf(refused(await change({ action: MemberAction.REMOVE })));
  expect(nobody.message).toMatch(/name the agents/);
  const stranger = detailOf(refused(await change({ action: MemberAction.REMOVE, agents: ['Zoe'] })));
  expect(stranger.message).toBe('there is no agent "Zoe" in this cell; its agents are Ada, Bruno, Clara');
  const late = await change({ action: MemberAction.TRANSFER, agents: ['Bruno'], expectedEpoch: 3 });
  expect(detailOf(refused(late))).toMatchObject({ reason: 'EPOCH_MOVED', code: 10 });
  expect(detailOf(refused(await change({ agents: ['Ada'] }))).reason).toBe('INVALID_ARGUMENT');
});

test('status is answered whatever state the cell is in', async () => {
  served.cell.setUnwritable('no majority answers');
  served.cell.leader = undefined;
  const status = must(await ask(served.client, served.client.status, StatusRequest.fromPartial({})));
  expect(status).toMatchObject({
    name: 'Ada',
    state: 'follower',
    leader: '',
    epoch: 4,
    writable: false,
    unwritableReason: 'no majority answers',
    pid: process.pid,
    ballot: { round: 7 },
  });
  expect(status.applied).toBe(served.cell.machine.appliedSlot);
});

test('shutdown answers first and then ends the agent', async () => {
  const request = ShutdownRequest.fromPartial({ reason: 'maintenance' });
  expect(must(await ask(served.client, served.client.shutdown, request)).name).toBe('Ada');
  await until(() => served.shutdowns.length === 1);
  expect(served.shutdowns).toEqual(['maintenance']);
});

test('a snapshot arrives whole, described by its first message', async () => {
  const call = served.client.saveSnapshot(SaveSnapshotRequest.fromPartial({}));
  const responses: SaveSnapshotResponse[] = [];
  for await (const response of call as AsyncIterable<SaveSnapshotResponse>) responses.push(response);
  expect(responses[0]).toMatchObject({ slot: 42, sizeBytes: data.length, cellId: 'c0ffee' });
  expect(responses.slice(1).every(({ slot }) => slot === 0)).toBe(true);
  const received = Buffer.concat(responses.map((response) => response.data));
  expect(createHash('sha256').update(received).digest()).toEqual(responses[0]!.checksum);
  await until(() => closed === 1);
});
