import type { ServerWritableStream } from '@grpc/grpc-js';
import {
  CampaignRequest,
  CandidacyResponse,
  CandidacyState,
  ListElectionsRequest,
  ListElectionsResponse,
  ObserveElectionRequest,
  ObserveElectionResponse,
  ProclaimRequest,
  ResignRequest,
} from '../../../gen/synod/v1/elections.ts';
import { ReadQuorum } from '../../../gen/synod/v1/user.ts';
import type { CellPort, WriteOutcome } from '../../host/cell-port.ts';
import { CANDIDACIES, ELECTIONS, recordIdOf } from '../../machine/coordination-records.ts';
import type { ElectionOutcome } from '../../machine/coordination-results.ts';
import { encodeMessage } from '../encoding.ts';
import type { FailureReporter } from '../failures.ts';
import type { MethodObserver } from '../ports.ts';
import { whenReadable } from '../read-barrier.ts';
import { type CallContext, decodeRequest, type UnaryMethod } from '../unary-call.ts';
import { pathKey } from '../validation.ts';
import { keyOf } from '../wire.ts';
import { write } from '../writes.ts';
import { electionMessage, electionView, electionViews } from './election-view.ts';
import { StateStream } from './state-stream.ts';
import { Patience, whenRecorded } from './waiting.ts';

export function electionMethods(cell: CellPort) {
  return {
    campaign: campaignMethod(cell),
    proclaim: proclaimMethod(cell),
    resign: resignMethod(cell),
    listElections: listElectionsMethod(cell),
  };
}

const STATES: Readonly<Record<ElectionOutcome['state'], CandidacyState>> = {
  elected: CandidacyState.ELECTED,
  waiting: CandidacyState.WAITING,
  resigned: CandidacyState.RESIGNED,
  withdrawn: CandidacyState.WITHDRAWN,
  none: CandidacyState.GONE,
};

function candidacyResponse({ result }: WriteOutcome): CandidacyResponse {
  if (result.outcome?.kind !== 'election')
    throw new Error('an election command was answered without an outcome of one');
  const { state, candidacy, tenure, position } = result.outcome;
  return { state: STATES[state], candidacy, tenure, position, slot: result.slot };
}

/** Waiting is done here, on the record of the candidacy, which stays whoever waits for it. */
function campaignMethod(cell: CellPort): UnaryMethod<CampaignRequest, CandidacyResponse> {
  return {
    name: 'Campaign',
    request: CampaignRequest,
    response: CandidacyResponse,
    async handle({ path, value, owner, waitMs, options }, call) {
      using patience = new Patience(call, Math.min(waitMs, call.remainingMs - ANSWER_MS));
      const command = { kind: 'campaign', path: keyOf(path), value, owner } as const;
      const answer = candidacyResponse(await write(cell, command, options, call));
      if (answer.state !== CandidacyState.WAITING || waitMs === 0) return answer;
      await elected(cell, answer.candidacy, patience);
      return candidacyNow(cell, answer);
    },
  };
}

/** What is left of a client's deadline for the answer. */
const ANSWER_MS = 100;

async function elected(cell: CellPort, candidacy: number, { signal }: Patience): Promise<void> {
  const look = (): true | undefined =>
    CANDIDACIES.read(cell.state, String(candidacy))?.state === 'waiting' ? undefined : true;
  await whenRecorded(cell, [CANDIDACIES.keyOf(String(candidacy))], look, signal);
}

function candidacyNow({ state }: CellPort, asked: CandidacyResponse): CandidacyResponse {
  const record = CANDIDACIES.read(state, String(asked.candidacy));
  const slot = state.appliedSlot;
  if (record === undefined) return { ...asked, state: CandidacyState.GONE, position: 0, slot };
  const isElected = record.state === 'elected';
  const { queue } = electionView(state, record.path);
  const position = queue.findIndex(({ candidacy }) => candidacy === asked.candidacy) + 1;
  const now = isElected ? CandidacyState.ELECTED : CandidacyState.WAITING;
  return { ...asked, state: now, tenure: record.tenure, position, slot };
}

function proclaimMethod(cell: CellPort): UnaryMethod<ProclaimRequest, CandidacyResponse> {
  return {
    name: 'Proclaim',
    request: ProclaimRequest,
    response: CandidacyResponse,
    async handle({ path, value, tenure, options }, call: CallContext) {
      const command = { kind: 'proclaim', path: keyOf(path), value, tenure } as const;
      return candidacyResponse(await write(cell, command, options, call));
    },
  };
}

function resignMethod(cell: CellPort): UnaryMethod<ResignRequest, CandidacyResponse> {
  return {
    name: 'Resign',
    request: ResignRequest,
    response: CandidacyResponse,
    async handle({ path, options }, call) {
      return candidacyResponse(await write(cell, { kind: 'resign', path: keyOf(path) }, options, call));
    },
  };
}

function listElectionsMethod(cell: CellPort): UnaryMethod<ListElectionsRequest, ListElectionsResponse> {
  return {
    name: 'ListElections',
    request: ListElectionsRequest,
    response: ListElectionsResponse,
    handle: ({ prefix, withVacant, options }, call) =>
      whenReadable(cell, options, call, () => ({
        elections: electionViews(cell.state, keyOf(prefix), withVacant).map(electionMessage),
        slot: cell.state.appliedSlot,
      })),
  };
}

export function observeElectionHandler(cell: CellPort, observer: MethodObserver, failures: FailureReporter) {
  return async (stream: ServerWritableStream<Buffer, Buffer>): Promise<void> => {
    const states = new StateStream(cell, stream, { method: 'ObserveElection', observer, failures });
    const { call } = states;
    try {
      call.observed.message('received', stream.request, 0);
      const { path: bytes, minSlot } = decodeRequest(ObserveElectionRequest, stream.request);
      const path = pathKey(bytes);
      await whenReadable(cell, { quorum: ReadQuorum.LOCAL, minSlot }, call, () => undefined);
      states.start([ELECTIONS.keyOf(recordIdOf(path))], () => {
        const election = electionMessage(electionView(cell.state, path));
        const { appliedSlot: slot } = cell.state;
        const message = encodeMessage(ObserveElectionResponse, { election, slot });
        return { bytes: message, news: JSON.stringify(election), isLast: false };
      });
    } catch (error) {
      call.fail(error);
    }
  };
}
