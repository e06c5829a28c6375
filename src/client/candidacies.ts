import type { Session } from './session.ts';

/** One use of the one candidacy that a session has in an election. */
export interface CandidacyUse {
  /** Says whether that was the last use. */
  leave(): boolean;
  /** The candidacy itself has ended, for everybody who used it. */
  end(): void;
}

interface Shared {
  uses: number;
}

/** Campaigns and tenures of this program, by path: they stand and fall together. */
const candidacies = new WeakMap<Session, Map<string, Shared>>();

export function joinCandidacy(session: Session, path: string): CandidacyUse {
  const byPath = candidacies.get(session) ?? new Map<string, Shared>();
  candidacies.set(session, byPath);
  const shared = byPath.get(path) ?? { uses: 0 };
  byPath.set(path, shared);
  shared.uses += 1;
  const end = (): void => {
    if (byPath.get(path) === shared) byPath.delete(path);
  };
  return {
    end,
    leave() {
      shared.uses -= 1;
      if (shared.uses === 0) end();
      return shared.uses === 0;
    },
  };
}
