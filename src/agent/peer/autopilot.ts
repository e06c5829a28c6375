import type { AutopilotParticipant, AutopilotPolicy, AutopilotView } from '../host/autopilot-view.ts';
import type { ParticipantChange } from '../host/messages.ts';
import { subsetsOf } from './subsets.ts';

/**
 * Who should vote. Instead of a rule per situation there is one search: every set of voters that is reachable in one
 * change and permitted is judged by the same list of virtues, and the best one is proposed if it beats the present one.
 * What is permitted is in `isPermitted`, so that no virtue can ever buy something unsafe.
 */
export const autopilot: AutopilotPolicy = (view) => {
  if (view.mode === 'off') return undefined;
  const cell = survey(view);
  if (view.leaving) return swapSoleVoter(cell);
  // Without a live majority nothing can be chosen, and whoever is silent may be the one who sees a majority.
  if (cell.voters.filter(cell.isLive).length < majorityOf(cell.voters.length)) return undefined;
  const changes = [...betterVoters(cell), ...goneLearners(cell)];
  return changes.length === 0 ? undefined : changes;
};

interface Cell {
  readonly view: AutopilotView;
  readonly voters: readonly AutopilotParticipant[];
  /** Learners that may become voters now, the best first. */
  readonly spares: readonly AutopilotParticipant[];
  /** An odd number. */
  readonly votersMax: number;
  /** Heard within one election timeout. */
  readonly isLive: (participant: AutopilotParticipant) => boolean;
  /** Silent for so long that its place may be given away. A pinned role is the operator's decision. */
  readonly isGone: (participant: AutopilotParticipant) => boolean;
}

/** A set of voters that one change would lead to. */
interface Plan {
  readonly drop: readonly AutopilotParticipant[];
  readonly add: readonly AutopilotParticipant[];
  readonly voters: readonly AutopilotParticipant[];
}

function survey(view: AutopilotView): Cell {
  const { participants, self, mode, evictAfterMs, electionTimeoutMs, votersMax } = view;
  const isLive = (participant: AutopilotParticipant): boolean =>
    participant.agentId === self || (!participant.suspect && participant.silentMs <= electionTimeoutMs);
  return {
    view,
    voters: participants.filter(({ role }) => role === 'voter'),
    spares: participants
      .filter(({ role, pin, caughtUp }) => role === 'learner' && pin !== 'learner' && caughtUp)
      .filter(isLive)
      .sort((a, b) => Number(b.pin === 'voter') - Number(a.pin === 'voter') || compareIds(a, b)),
    votersMax: Math.max(1, votersMax - (votersMax % 2 === 0 ? 1 : 0)),
    isLive,
    isGone: ({ agentId, pin, suspect, suspectForMs }) =>
      agentId !== self && pin === 'none' && suspect && (mode === 'eager' || suspectForMs >= evictAfterMs),
  };
}

/** The sole voter exits in good order: the cell stays writable if someone caught up takes its role. */
function swapSoleVoter({ view, voters, spares }: Cell): ParticipantChange[] | undefined {
  const successor = spares[0];
  if (voters.length !== 1 || voters[0]!.agentId !== view.self || successor === undefined) return undefined;
  return [
    { agentId: successor.agentId, role: 'voter' },
    { agentId: view.self, role: 'learner' },
  ];
}

/** Learners that are gone cost nothing to remove; they ask again when they come back. */
function goneLearners({ view, isGone }: Cell): ParticipantChange[] {
  return view.participants
    .filter((participant) => participant.role === 'learner' && isGone(participant))
    .map(({ agentId }) => ({ agentId, role: 'removed' }));
}

function betterVoters(cell: Cell): ParticipantChange[] {
  const present: Plan = { drop: [], add: [], voters: cell.voters };
  let best = present;
  for (const drop of subsetsOf(droppable(cell))) {
    // Promotions come two at a time; whoever replaces somebody is not counted.
    const addMax = Math.min(cell.spares.length, drop.length + 2);
    for (let count = 0; count <= addMax; count++) {
      const add = cell.spares.slice(0, count);
      const plan = { drop, add, voters: [...cell.voters.filter((voter) => !drop.includes(voter)), ...add] };
      if (isPermitted(cell, plan) && isBetter(cell, plan, best)) best = plan;
    }
  }
  return [
    ...best.add.map(({ agentId }): ParticipantChange => ({ agentId, role: 'voter' })),
    ...best.drop.map(
      (voter): ParticipantChange => ({ agentId: voter.agentId, role: cell.isGone(voter) ? 'removed' : 'learner' }),
    ),
  ];
}

/** Bounds the search; more voters than this only an operator can have made. */
const DROPPABLE_MAX = 10;

/** Voters that a plan may drop. A live one only for a reason that is about the whole set. */
function droppable({ view, voters, votersMax, spares, isGone }: Cell): AutopilotParticipant[] {
  const isReshaping =
    voters.length > votersMax ||
    (voters.length % 2 === 0 && view.mode === 'safe') ||
    voters.some(({ pin }) => pin === 'learner') ||
    spares.some(({ pin }) => pin === 'voter');
  return voters
    .filter((voter) => voter.pin !== 'voter' && (isReshaping || isGone(voter)))
    .sort((a, b) => dropCost(view, a) - dropCost(view, b) || compareIds(b, a))
    .slice(0, DROPPABLE_MAX);
}

/** What must hold of the voters after an automatic change, whatever it is for (invariant 17). */
function isPermitted({ view, voters, votersMax, isLive }: Cell, plan: Plan): boolean {
  const before = voters.length;
  const after = plan.voters.length;
  if (after > Math.max(before, votersMax) || after > before + 2) return false;
  if (plan.voters.filter(isLive).length < majorityOf(after)) return false;
  if (view.mode === 'eager') {
    // From two to one would let each half of a split pair decide alone.
    return after >= Math.min(before, 2) && (after % 2 === 1 || plan.add.length === 0 || after === before);
  }
  const isOddOrStays = after % 2 === 1 || (before % 2 === 0 && after === before);
  return isOddOrStays && (after >= before || after >= 3);
}

/** The virtues of a plan, the weightiest first; more is better. */
function virtues({ view, votersMax, spares, isLive, isGone }: Cell, { voters, drop, add }: Plan): number[] {
  const count = (test: (voter: AutopilotParticipant) => boolean): number => voters.filter(test).length;
  const pinnedAsideFromRole =
    count(({ pin }) => pin === 'learner') +
    spares.filter((spare) => spare.pin === 'voter' && !add.includes(spare)).length;
  const failuresTolerated = count(isLive) - majorityOf(voters.length);
  return [
    view.mode === 'eager' ? -count(isGone) : 0,
    voters.length % 2,
    -pinnedAsideFromRole,
    -Math.max(0, voters.length - votersMax),
    failuresTolerated,
    -drop.filter(isLive).length,
    // With a spare at hand a gone voter is replaced; removing it without one is for cells that gain by it.
    Math.min(drop.filter(isGone).length, add.length),
    -count(isGone),
    voters.length,
    -drop.reduce((cost, voter) => cost + dropCost(view, voter), 0),
    -add.length,
  ];
}

function isBetter(cell: Cell, plan: Plan, than: Plan): boolean {
  const a = virtues(cell, plan);
  const b = virtues(cell, than);
  const at = a.findIndex((value, index) => value !== b[index]);
  return at >= 0 && a[at]! > b[at]!;
}

/** Whom one would rather lose: a pinned learner, a suspect, any other; the leader last, for that ends its leadership. */
function dropCost({ self }: AutopilotView, { agentId, pin, suspect }: AutopilotParticipant): number {
  if (agentId === self) return 8;
  return pin === 'learner' ? 1 : suspect ? 2 : 4;
}

function majorityOf(count: number): number {
  return Math.floor(count / 2) + 1;
}

function compareIds(a: AutopilotParticipant, b: AutopilotParticipant): number {
  return a.agentId < b.agentId ? -1 : a.agentId > b.agentId ? 1 : 0;
}
