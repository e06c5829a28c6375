import type { StateMeta } from './store.ts';

/**
 * What a store that nothing was applied to says of itself. Era and configuration are JSON from the beginning (a ballot
 * that belongs to nobody, no participants), so that readers parse them without a special case.
 */
export function initialMeta(): StateMeta {
  return {
    appliedSlot: 0,
    lastStampMs: 0,
    userRevision: 0,
    systemRevision: 0,
    userFloor: 0,
    systemFloor: 0,
    era: '{"round":0,"agentId":""}',
    configuration: '{"epoch":0,"participants":[]}',
    configurationSlot: 0,
    cellId: '',
    stateHash: '',
  };
}
