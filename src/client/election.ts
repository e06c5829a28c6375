import {
  CandidacyState,
  type ObserveElectionResponse,
  type TenureEnd,
  type Election as WireElection,
} from '../gen/synod/v1/elections.ts';
import type { Caller } from './caller.ts';
import { joinCandidacy } from './candidacies.ts';
import { insist, keptSession } from './claiming.ts';
import { SynodError } from './errors.ts';
import type { ClientParts } from './parts.ts';
import { Patience } from './patience.ts';
import { resumedStream } from './resumed-stream.ts';
import type { Session } from './session.ts';
import { Tenure } from './tenure.ts';
import type { CallOptions, ReadQuorum } from './types.ts';
import { pathBytes, readOptions } from './wire.ts';

export type { TenureEnd } from '../gen/synod/v1/elections.ts';

export interface CandidateState {
  readonly candidacy: number;
  readonly sessionId: string;
  readonly owner: string;
  readonly value: string;
  readonly queuedMs: number;
}

/** How an election stands. */
export interface ElectionState {
  readonly path: string;
  readonly state: 'vacant' | 'held' | (string & {});
  /** Of the last tenure; 0: there was none. */
  readonly tenure: number;
  readonly sessionId: string;
  readonly owner: string;
  readonly value: string;
  readonly sinceMs: number;
  readonly ended: TenureEnd | undefined;
  readonly queue: readonly CandidateState[];
}

export interface ElectionOptions {
  /** Whose candidacy it is. Default: the session of the client's own writes. A session has one candidacy in an election. */
  readonly session?: Session;
  /** For people: who this is. */
  readonly owner?: string;
}

export interface CampaignOptions extends CallOptions {
  /** How long to stand in the queue, beyond what the requests for it take. Default: as long as it takes. */
  readonly timeoutMs?: number;
}

/** One tenure at a time; whoever is next in line follows. */
export class Election {
  readonly path: string;
  readonly #parts: ClientParts;
  readonly #options: ElectionOptions;

  constructor(parts: ClientParts, path: string, options: ElectionOptions) {
    this.path = path;
    this.#parts = parts;
    this.#options = options;
  }

  /**
   * Waits until elected; then `value` is proclaimed.
   * @throws SynodError NOT_ELECTED when time is up, CANCELLED; the candidacy is withdrawn then
   */
  async campaign(value = '', options: CampaignOptions = {}): Promise<Tenure> {
    const { writer } = this.#parts;
    const { signal } = options;
    const session = await keptSession(this.#parts.own, this.#options.session, options);
    const use = joinCandidacy(session, this.path);
    const body = { path: pathBytes(this.path), value, owner: this.#options.owner ?? '', waitMs: 0 };
    const call = { session, ...(signal ? { signal } : {}) };
    try {
      const answer = await writer.run((stub) => stub.campaign, body, call);
      const { candidacy } = answer;
      const tenure =
        answer.state === CandidacyState.ELECTED ? answer.tenure : await this.#elected(session, candidacy, options);
      return new Tenure(writer, { path: this.path, session, tenure, resigned: () => use.end() });
    } catch (thrown) {
      const error = thrown as SynodError;
      // Nobody of this program would know of the tenure that begins; unless somebody else of it campaigns, or is elected.
      if (use.leave() && (error.effect === 'unknown' || WITHDRAWN.has(error.reason))) {
        void insist(session, () => writer.run((stub) => stub.resign, { path: pathBytes(this.path) }, { session }));
      }
      throw error;
    }
  }

  /** How it stands, now and whenever that changes, for as long as somebody iterates. */
  async *observe(options: { readonly signal?: AbortSignal } = {}): AsyncGenerator<ElectionState, void> {
    let told = '';
    for await (const { election } of this.#observed(options.signal)) {
      const state = electionState(election!);
      const news = JSON.stringify(state);
      // A stream that was resumed elsewhere begins with how things stand, which may be known already.
      if (news === told) continue;
      told = news;
      yield state;
    }
  }

  #observed(signal: AbortSignal | undefined): AsyncGenerator<ObserveElectionResponse, void> {
    const { caller } = this.#parts;
    const path = pathBytes(this.path);
    return resumedStream(caller, (stub) => stub.observeElection({ path, minSlot: caller.highestSlot }), signal);
  }

  async #elected(
    session: Session,
    candidacy: number,
    { timeoutMs = Number.POSITIVE_INFINITY, signal }: CampaignOptions,
  ): Promise<number> {
    using patience = new Patience(timeoutMs, session.ended, signal);
    let holder: WireElection | undefined;
    for await (const { election } of this.#observed(patience.signal)) {
      if (election?.state === 'held' && election.candidacy === candidacy) return election.tenure;
      // What is asked has applied the candidacy, so it is not there any more.
      if (!election?.queue.some((candidate) => candidate.candidacy === candidacy)) throw this.#goneError(session);
      holder = election;
    }
    if (session.isEnded) throw session.ended.reason;
    if (signal?.aborted) throw new SynodError('CANCELLED', `the campaign for ${this.path} was cancelled`);
    throw await this.#lateError(holder);
  }

  #goneError({ id }: Session): SynodError {
    const why = `session ${id} has ended, or somebody who acts in it withdrew the candidacy`;
    return new SynodError('NOT_ELECTED', `no longer a candidate in ${this.path}: ${why}`);
  }

  /** Time was up, perhaps before anything was heard: says who is in the way. */
  async #lateError(heard: WireElection | undefined): Promise<SynodError> {
    const { caller } = this.#parts;
    const asked = { prefix: this.path, quorum: 'local' } as const;
    const { elections } = heard
      ? { elections: [] }
      : await listElections(caller, asked).catch(() => ({ elections: [] }));
    const known = heard ?? elections.find(({ path }) => path === this.path);
    const { sessionId = '', owner = '', tenure = 0, sinceMs = 0 } = known ?? {};
    const who = owner === '' ? `session ${sessionId}` : `${owner} (session ${sessionId})`;
    const why = sessionId === '' ? 'others stood before it in the line' : `${who} is, in tenure ${tenure}`;
    return new SynodError('NOT_ELECTED', `not elected in ${this.path} in time: ${why}`, {
      holder: sessionId,
      heldSinceMs: sinceMs,
    });
  }
}

/** What ends a campaign while the candidacy still stands. */
const WITHDRAWN: ReadonlySet<string> = new Set(['NOT_ELECTED', 'CANCELLED']);

function electionState({ path, candidacy: _, ...election }: WireElection): ElectionState {
  return { ...election, path: path.toString('utf8') };
}

export interface ListElectionsOptions extends CallOptions {
  readonly prefix?: string;
  /** Also those without a winner and candidates, as far as they are remembered. */
  readonly withVacant?: boolean;
  readonly quorum?: ReadQuorum;
}

export async function listElections(
  caller: Caller,
  options: ListElectionsOptions,
): Promise<{ readonly elections: readonly ElectionState[]; readonly slot: number }> {
  const { prefix = '', withVacant = false, quorum } = options;
  const { elections, slot } = await caller.read({
    method: (stub) => stub.listElections,
    request: () => ({ prefix: pathBytes(prefix), withVacant, options: readOptions(quorum, caller.highestSlot) }),
    options,
  });
  return { elections: elections.map(electionState), slot };
}
