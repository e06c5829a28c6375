import type { ParticipantView } from '../../../contract/index.ts';
import { stateWord } from '../../cell/participant-words.ts';

export type SortColumn =
  | 'name'
  | 'state'
  | 'role'
  | 'chosen'
  | 'applied'
  | 'lag'
  | 'roundTrip'
  | 'heard'
  | 'address'
  | 'version'
  | 'labels';

export interface Sort {
  readonly column: SortColumn;
  readonly descending: boolean;
}

/** The same column again turns the order round. */
export function nextSort(sort: Sort, column: SortColumn): Sort {
  return { column, descending: sort.column === column && !sort.descending };
}

const STATE_ORDER = ['leader', 'campaigning', 'follower', 'learner', 'suspect'];

const KEYS: Readonly<Record<SortColumn, (participant: ParticipantView) => string | number>> = {
  name: ({ name }) => name,
  state: (participant) => STATE_ORDER.indexOf(stateWord(participant)),
  role: ({ role, pin }) => `${role === 'voter' ? 0 : 1}${pin}`,
  chosen: ({ chosenThrough }) => chosenThrough,
  applied: ({ applied }) => applied,
  lag: ({ lagSlots }) => lagSlots,
  // Unknown comes last: nothing is farther away than what does not answer.
  roundTrip: ({ isSelf, roundTripMs }) => (isSelf ? -1 : (roundTripMs ?? Number.MAX_VALUE)),
  heard: ({ isSelf, lastHeardMs }) => (isSelf ? -1 : (lastHeardMs ?? Number.MAX_VALUE)),
  address: ({ grpcAddress }) => grpcAddress,
  version: ({ version }) => version,
  labels: ({ labels }) => labelsText(labels),
};

const byText = new Intl.Collator('en', { numeric: true });

/** Equal ones by name, in either order, so that rows do not dance while figures change. */
export function sortParticipants(participants: readonly ParticipantView[], sort: Sort): readonly ParticipantView[] {
  const key = KEYS[sort.column];
  return [...participants].sort((a, b) => {
    const order = compare(key(a), key(b)) * (sort.descending ? -1 : 1);
    return order || byText.compare(a.name, b.name) || byText.compare(a.agentId, b.agentId);
  });
}

function compare(a: string | number, b: string | number): number {
  return typeof a === 'number' && typeof b === 'number' ? a - b : byText.compare(String(a), String(b));
}

/** `region=west zone=b`. */
export function labelsText(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}=${value}`)
    .sort()
    .join(' ');
}
