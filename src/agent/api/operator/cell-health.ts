import type { CellHealth, Tolerance } from '../../../contract/index.ts';

/** What the health of a cell follows from. */
export interface HealthFacts {
  readonly voters: readonly { readonly name: string; readonly isLive: boolean }[];
  readonly hasLeader: boolean;
  readonly writable: boolean;
  readonly unwritableReason: string;
  readonly unwritableSinceMs: number;
}

export function toleranceOf(voters: number, liveVoters: number): Tolerance {
  const majority = voters === 0 ? 0 : Math.floor(voters / 2) + 1;
  return { voters, majority, toleratedFailures: Math.max(0, voters - majority), liveVoters };
}

/** One sentence that a person can act on, and the level under which it is shown. */
export function cellHealth(facts: HealthFacts): CellHealth {
  const { voters } = facts;
  const tolerance = toleranceOf(voters.length, voters.filter(({ isLive }) => isLive).length);
  if (voters.length === 0)
    return {
      level: 'starting',
      sentence: `Starting: ${facts.unwritableReason || 'no member is known yet'}.`,
      tolerance,
    };
  if (!facts.writable) return { level: 'read_only', sentence: readOnlySentence(facts, tolerance), tolerance };
  const silent = voters.filter(({ isLive }) => !isLive).map(({ name }) => name);
  if (silent.length === 0) return { level: 'healthy', sentence: `Healthy: ${healthySentence(tolerance)}`, tolerance };
  return { level: 'degraded', sentence: `Degraded: ${degradedSentence(silent, tolerance)}`, tolerance };
}

function readOnlySentence(facts: HealthFacts, { majority, voters, liveVoters }: Tolerance): string {
  const since = facts.unwritableSinceMs === 0 ? '' : ` since ${clockTime(facts.unwritableSinceMs)}`;
  const answer = `${liveVoters} of ${count(voters, 'voter')} ${liveVoters === 1 ? 'answers' : 'answer'}`;
  if (liveVoters < majority) return `Read-only${since}: no majority (${answer}).`;
  if (!facts.hasLeader) return `Read-only${since}: no leader yet (${answer}); an election is under way.`;
  return `Read-only${since}: ${facts.unwritableReason} (${answer}).`;
}

function healthySentence({ voters, toleratedFailures }: Tolerance): string {
  if (voters === 1) return 'the only voter answers; if it fails, nothing can be written.';
  const answer = `${voters} of ${voters} voters answer`;
  if (toleratedFailures === 0) return `${answer}; none may fail.`;
  return `${answer}; any ${toleratedFailures === 1 ? 'one' : toleratedFailures} may fail.`;
}

function degradedSentence(silent: readonly string[], { voters, majority, liveVoters }: Tolerance): string {
  const spare = liveVoters - majority;
  const rest = spare > 0 ? `${spare === 1 ? 'one' : spare} more may fail` : 'no other may fail';
  const verb = silent.length === 1 ? 'does' : 'do';
  return `${liveVoters} of ${voters} voters ${liveVoters === 1 ? 'answers' : 'answer'}, ${listed(silent)} ${verb} not; ${rest}.`;
}

function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

/** Of the asked agent's clock, in a form that means the same everywhere. */
function clockTime(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}
