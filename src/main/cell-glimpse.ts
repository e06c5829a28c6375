import type { CellView } from '../contract/index.ts';

/** What tray and notifications tell of the cell. */
export interface CellGlimpse {
  readonly level: CellView['health']['level'];
  /** Health in one sentence. */
  readonly sentence: string;
  /** Of the voters enough answer. */
  readonly hasMajority: boolean;
  /** Short name of this agent, and of the leader; empty when there is none. */
  readonly name: string;
  readonly leader: string;
  /** Short names of the participants that a majority reports silent. */
  readonly suspects: readonly string[];
  /** What no program can decide. */
  readonly waiting: CellView['waiting'];
}

export function glimpseOf({ health, status, participants, waiting }: CellView): CellGlimpse {
  return {
    level: health.level,
    sentence: health.sentence,
    hasMajority: health.tolerance.liveVoters >= health.tolerance.majority,
    name: status.name,
    leader: status.leader,
    waiting,
    suspects: participants.filter(({ suspect }) => suspect).map(({ name, agentId }) => name || agentId),
  };
}
