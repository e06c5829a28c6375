import type { KeptSession } from '../../../contract/index.ts';
import { ownerText } from '../../acting/participants.ts';
import { act } from '../../activity/activity-store.ts';
import { client } from '../../connection/connection-store.ts';
import { passageText } from './barrier-words.ts';
import { type BarrierDraft, requestOf } from './create-form.ts';

/** The answer is undefined when it failed, which the line at the bottom tells. */

const generationText = ({ generation }: { readonly generation: number }): string => `generation ${generation}`;

export function createBarrier(draft: BarrierDraft, owner: string) {
  return act(
    `Make the barrier ${draft.path}`,
    () => client().barriers.create({ ...requestOf(draft), owner }),
    generationText,
  );
}

export function changeMembers(path: string, add: readonly string[], remove: readonly string[]) {
  return act(
    `Change the members of ${path}`,
    () => client().barriers.changeMembers({ path, add: [...add], remove: [...remove] }),
    () => `${add.length} added, ${remove.length} removed`,
  );
}

export function breakBarrier(path: string, by: string, why: string) {
  return act(`Break ${path}`, () => client().barriers.break({ path, by, why }), generationText);
}

export function resetBarrier(path: string) {
  return act(`Reset ${path}`, () => client().barriers.reset({ path }), generationText);
}

export function deleteBarrier(path: string) {
  return act(`Delete the barrier ${path}`, () => client().barriers.delete({ path }));
}

export function arrive({ sessionId, owner }: KeptSession, path: string) {
  return act(
    `${ownerText(sessionId, owner)} arrives at ${path}`,
    () => client().barriers.arrive({ path, as: { sessionId } }),
    passageText,
  );
}

export function leave({ sessionId, owner }: KeptSession, path: string) {
  return act(
    `${ownerText(sessionId, owner)} leaves ${path}`,
    () => client().barriers.leave({ path, as: { sessionId } }),
    passageText,
  );
}
