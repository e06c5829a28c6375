import type { Candidacy, ElectionList } from '../../../contract/elections.ts';
import { type CandidacyResponse, CandidacyState } from '../../../gen/synod/v1/elections.ts';
import type { CellPort } from '../../host/cell-port.ts';
import { CANDIDACIES, ELECTIONS } from '../../machine/coordination-records.ts';
import { electionMethods } from '../coordination/election-calls.ts';
import { electionViews } from '../coordination/election-view.ts';
import { actAs } from './acting.ts';
import type { OperatorBuilder } from './builder.ts';
import { checkedPath } from './key-ranges.ts';
import { perAgent } from './per-agent.ts';
import { whenReadable } from './reading.ts';
import { watchStates } from './state-watch.ts';
import { keyOf, pathOf } from './texts.ts';

const methodsOf = perAgent(({ api }) => electionMethods(api.cell));

export function electionsProcedures({ elections }: OperatorBuilder) {
  return {
    list: elections.list.handler(({ context: { reach, call }, input }) => {
      const ports = reach.ports();
      return whenReadable(ports, input, call, () => electionList(ports.api.cell, input));
    }),
    watch: elections.watch.handler(({ context: { reach, call }, input }) => {
      const { cell } = reach.ports().api;
      const folders = [ELECTIONS.keyOf(''), CANDIDACIES.keyOf('')];
      return watchStates(cell, folders, () => electionList(cell, input), call.signal);
    }),
    campaign: elections.campaign.handler(({ context, input }) => {
      const { value, owner, waitMs } = input;
      const { campaign } = methodsOf(context.reach.ports());
      const asked = { path: checkedPath(input.path), value, owner, waitMs };
      return candidacy(actAs(context, input.as, (options) => campaign.handle({ ...asked, options }, context.call)));
    }),
    proclaim: elections.proclaim.handler(({ context, input }) => {
      const { value, tenure } = input;
      const { proclaim } = methodsOf(context.reach.ports());
      const asked = { path: checkedPath(input.path), value, tenure };
      return candidacy(actAs(context, input.as, (options) => proclaim.handle({ ...asked, options }, context.call)));
    }),
    resign: elections.resign.handler(({ context, input }) => {
      const { resign } = methodsOf(context.reach.ports());
      const path = checkedPath(input.path);
      return candidacy(actAs(context, input.as, (options) => resign.handle({ path, options }, context.call)));
    }),
  };
}

const STATES: Readonly<Record<number, Candidacy['state']>> = {
  [CandidacyState.ELECTED]: 'elected',
  [CandidacyState.WAITING]: 'waiting',
  [CandidacyState.RESIGNED]: 'resigned',
  [CandidacyState.WITHDRAWN]: 'withdrawn',
  [CandidacyState.GONE]: 'gone',
};

async function candidacy(response: Promise<CandidacyResponse>): Promise<Candidacy> {
  const { state, ...told } = await response;
  return { ...told, state: STATES[state]! };
}

function electionList(
  { state }: CellPort,
  { prefix, withVacant }: { readonly prefix: string; readonly withVacant: boolean },
): ElectionList {
  const elections = electionViews(state, keyOf(prefix), withVacant).map(({ path, record, queue }) => ({
    ...{ path: pathOf(path), state: record.state, tenure: record.tenure, sessionId: record.sessionId },
    ...{ owner: record.owner, value: record.value, sinceMs: record.sinceMs, ended: record.ended ?? null },
    queue: queue.map(({ candidacy, sessionId, owner, value, queuedMs }) => ({
      ...{ candidacy, sessionId, owner, value, queuedMs },
    })),
  }));
  return { elections, slot: state.appliedSlot };
}
