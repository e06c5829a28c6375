import type { CellView, MemberActionName, ParticipantView } from '../../../contract/index.ts';

/** What a person may do with a participant, in words. */
export interface MemberAction {
  readonly action: MemberActionName;
  /** `Remove…`: what the button says. */
  readonly label: string;
  /** The question of the dialog. */
  readonly title: string;
  /** What it means, in one or two sentences. */
  readonly explains: string;
  /** What the button of the dialog says. */
  readonly confirm: string;
  readonly danger: boolean;
}

type Words = (name: string) => Omit<MemberAction, 'action' | 'danger'>;

const WORDS: Readonly<Record<MemberActionName, Words>> = {
  transfer: (name) => ({
    label: 'Hand leadership over…',
    title: `Hand leadership over to ${name}?`,
    explains: `The leader stops taking writes until ${name} has everything, then ${name} leads. Writes in flight wait a moment.`,
    confirm: 'Hand over',
  }),
  promote: (name) => ({
    label: 'Promote to voter…',
    title: `Promote ${name} to voter?`,
    explains: `${name} then counts towards the majority: each write needs a majority of all voters on disk.`,
    confirm: 'Promote',
  }),
  demote: (name) => ({
    label: 'Demote to learner…',
    title: `Demote ${name} to learner?`,
    explains: `${name} keeps its copy and serves reads, but votes no more. The autopilot may promote it again: pin it to keep it a learner.`,
    confirm: 'Demote',
  }),
  replace: (name) => ({
    label: 'Replace by a learner…',
    title: `Replace ${name} as a voter?`,
    explains: `In one change a learner becomes a voter, and ${name} a learner. The number of voters stays the same.`,
    confirm: 'Replace',
  }),
  pinVoter: (name) => ({
    label: 'Pin as voter…',
    title: `Pin ${name} as voter?`,
    explains: `The autopilot will not demote ${name}, whatever it thinks, until it is unpinned.`,
    confirm: 'Pin',
  }),
  pinLearner: (name) => ({
    label: 'Pin as learner…',
    title: `Pin ${name} as learner?`,
    explains: `The autopilot will not promote ${name}, whatever it thinks, until it is unpinned.`,
    confirm: 'Pin',
  }),
  unpin: (name) => ({
    label: 'Unpin…',
    title: `Unpin ${name}?`,
    explains: `The autopilot decides again whether ${name} votes.`,
    confirm: 'Unpin',
  }),
  remove: (name) => ({
    label: 'Remove…',
    title: `Remove ${name} from the cell?`,
    explains: `${name} takes part no more. If its process still runs, it asks to join again by itself: stop it first.`,
    confirm: 'Remove',
  }),
};

const DANGEROUS: readonly MemberActionName[] = ['remove'];

export function memberAction(action: MemberActionName, name: string): MemberAction {
  return { action, ...WORDS[action](name), danger: DANGEROUS.includes(action) };
}

/** What makes sense for a participant as it is now; whether it is wise is said by the preview. */
export function actionsFor(participant: ParticipantView, view: CellView): readonly MemberActionName[] {
  const { role, state, pin } = participant;
  const actions: MemberActionName[] = [];
  const hasLearner = view.participants.some((other) => other.role === 'learner');
  if (role === 'voter') {
    if (state !== 'leader') actions.push('transfer');
    actions.push('demote');
    if (hasLearner) actions.push('replace');
  } else {
    actions.push('promote');
  }
  if (pin !== 'voter') actions.push('pinVoter');
  if (pin !== 'learner') actions.push('pinLearner');
  if (pin !== 'none') actions.push('unpin');
  actions.push('remove');
  return actions;
}

/** Whom a change names: `replace` takes the whole new set of voters, everything else the one it is about. */
export function agentsOf(action: MemberActionName, agentId: string, learnerId: string, view: CellView): string[] {
  if (action !== 'replace') return [agentId];
  const staying = view.participants.filter((other) => other.role === 'voter' && other.agentId !== agentId);
  return [...staying.map((other) => other.agentId), learnerId].filter((id) => id !== '');
}

/** Learners that could take its place, the ones that have everything first. */
export function replacements(view: CellView): readonly ParticipantView[] {
  return view.participants
    .filter((other) => other.role === 'learner')
    .sort((a, b) => Number(a.suspect) - Number(b.suspect) || a.lagSlots - b.lagSlots || a.name.localeCompare(b.name));
}
