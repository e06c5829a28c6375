import { requiredVotes, WHOLE_QUORUM } from '../../../contract/quorum-share.ts';
import { secondsProblem } from '../../ui/seconds.ts';
import { pathProblem } from '../keys/paths.ts';

/** A proposal as it is being thought of; numbers as they are typed. */
export interface ProposalDraft {
  readonly path: string;
  readonly text: string;
  readonly electorate: 'cell' | 'named';
  /** One name a line. */
  readonly names: string;
  readonly quorum: string;
  readonly timeoutSeconds: string;
  readonly isOnlyIfUnchanged: boolean;
  readonly why: string;
  /** Empty: none. */
  readonly fencingToken: string;
}

/** Its deadline leaves people the time to vote; programs need less. */
export const NEW_PROPOSAL: ProposalDraft = {
  path: '',
  text: '',
  electorate: 'cell',
  names: '',
  quorum: '0.51',
  timeoutSeconds: '60',
  isOnlyIfUnchanged: false,
  why: '',
  fencingToken: '',
};

export function namesOf(text: string): readonly string[] {
  return text
    .split('\n')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

export function withName(text: string, name: string): string {
  return [...namesOf(text), name].join('\n');
}

export type ProposalProblems = Readonly<Record<'path' | 'names' | 'quorum' | 'timeout' | 'token', string>>;

export const NO_PROBLEMS: ProposalProblems = { path: '', names: '', quorum: '', timeout: '', token: '' };

/** What is wrong with it, at the field where it is; empty: nothing. */
export function draftProblems(draft: ProposalDraft): ProposalProblems {
  const { path, electorate, names, quorum, timeoutSeconds, fencingToken } = draft;
  return {
    path: pathProblem(path),
    names: electorate === 'cell' ? '' : namesProblem(namesOf(names)),
    quorum: isNumber(quorum, 1 / WHOLE_QUORUM, 1) ? '' : 'More than 0 and at most 1.',
    timeout: secondsProblem(timeoutSeconds),
    token: fencingToken === '' || /^[1-9]\d*$/.test(fencingToken) ? '' : 'A whole number; empty: none.',
  };
}

function namesProblem(names: readonly string[]): string {
  if (names.length === 0) return 'Somebody has to vote: write a name in each line.';
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  return twice === undefined ? '' : `${twice} is named twice.`;
}

function isNumber(text: string, min: number, max: number): boolean {
  const number = Number(text);
  return text.trim() !== '' && number >= min && number <= max;
}

/** As the agent takes it. */
export function requestOf(draft: ProposalDraft) {
  const { path, text, electorate, names, quorum, timeoutSeconds, isOnlyIfUnchanged, why } = draft;
  return {
    path,
    value: { text },
    quorum: Number(quorum),
    electorate: electorate === 'cell' ? [] : [...namesOf(names)],
    timeoutMs: Math.round(Number(timeoutSeconds) * 1_000),
    isOnlyIfUnchanged,
    why,
  };
}

/** What the draft means, in one sentence, before it is made. */
export function requiredText(draft: ProposalDraft, votersOfCell: number): string {
  const voters = draft.electorate === 'cell' ? votersOfCell : namesOf(draft.names).length;
  if (voters === 0 || draftProblems(draft).quorum !== '') return '';
  return `${requiredVotes(Number(draft.quorum), voters)} of ${voters} have to be for it.`;
}
