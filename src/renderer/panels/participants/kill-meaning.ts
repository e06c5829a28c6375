import type { CellView } from '../../../contract/index.ts';

export interface KillMeaning {
  readonly text: string;
  /** The cell could write no more. */
  readonly losesMajority: boolean;
}

/** What the end of one process means for the majority, from what is known now. */
export function killMeaning(view: CellView, agentId: string): KillMeaning {
  const { voters, majority, liveVoters } = view.health.tolerance;
  const victim = view.participants.find((participant) => participant.agentId === agentId);
  if (victim === undefined || victim.role === 'learner') {
    return { text: 'It has no vote: the majority is not touched, and writes go on.', losesMajority: false };
  }
  const left = victim.suspect ? liveVoters : liveVoters - 1;
  if (left < majority) {
    return {
      text: `Only ${left} of ${voters} voters would answer, and ${majority} are needed: the cell becomes read-only until one is back. Nothing that was acknowledged is lost.`,
      losesMajority: true,
    };
  }
  const leads =
    victim.state === 'leader' ? ' It leads: the others choose a new leader first, within about a second.' : '';
  return {
    text: `${left} of ${voters} voters still answer, and ${majority} are needed: writes go on.${leads}`,
    losesMajority: false,
  };
}
