import type { KeptSession, ProposalOutcome } from '../../../contract/index.ts';
import { ownerText } from '../../acting/participants.ts';
import { act } from '../../activity/activity-store.ts';
import { client } from '../../connection/connection-store.ts';
import { outcomeText } from './proposal-words.ts';
import { type ProposalDraft, requestOf } from './propose-form.ts';

/** The answer is undefined when it failed, which the line at the bottom tells. Without an actor the agent itself acts. */

export function propose(draft: ProposalDraft, actor: KeptSession | undefined): Promise<ProposalOutcome | undefined> {
  const as = actor && { sessionId: actor.sessionId, fencingToken: Number(draft.fencingToken) };
  return act(
    `${actor === undefined ? 'Propose' : `${ownerText(actor.sessionId, actor.owner)} proposes`} a value for ${draft.path}`,
    () => client().proposals.propose({ ...requestOf(draft), owner: actor?.owner ?? '', ...(as && { as }) }),
    outcomeText,
  );
}

/** In the name of `voter`, shown as `name`. */
export function vote(
  proposal: number,
  isFor: boolean,
  { voter, name }: { readonly voter: string; readonly name: string },
  actor: KeptSession | undefined,
): Promise<ProposalOutcome | undefined> {
  return act(
    `${name} votes ${isFor ? 'for' : 'against'} proposal ${proposal}`,
    () => client().proposals.vote({ proposal, isFor, voter, ...(actor && { as: { sessionId: actor.sessionId } }) }),
    outcomeText,
  );
}

export function withdrawAs(
  proposal: number,
  { sessionId, owner }: KeptSession,
  why: string,
): Promise<ProposalOutcome | undefined> {
  return act(
    `${ownerText(sessionId, owner)} withdraws proposal ${proposal}`,
    () => client().proposals.withdraw({ proposal, why, as: { sessionId } }),
    outcomeText,
  );
}

/** Somebody who did not propose it: the record keeps who. */
export function withdrawBy(proposal: number, by: string, why: string): Promise<ProposalOutcome | undefined> {
  return act(`Withdraw proposal ${proposal}`, () => client().proposals.withdraw({ proposal, by, why }), outcomeText);
}
