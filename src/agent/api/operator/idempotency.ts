import { createHash } from 'node:crypto';
import { DEFAULTS } from '../../config.ts';
import { CellError, type WriteOptions } from '../../host/cell-port.ts';
import { SESSIONS } from '../../machine/system-records.ts';
import { invalid } from '../errors.ts';
import type { CallContext } from '../unary-call.ts';
import { OperatorError } from './operator-error.ts';
import type { OperatorPorts } from './ports.ts';

/** So long after its first use a key still gets the same answer. */
export const KEPT_MS = 10 * 60_000;
export const KEY_CHARACTERS_MAX = 255;
export const KEY_PATTERN = /^[\x21-\x7e]+$/;
const OWNER = 'idempotency';

/** A write that its caller may repeat, and what it asked for. */
export interface Idempotency {
  readonly key: string;
  /** Of the procedure and its input. */
  readonly digest: string;
  /** The cell itself remembers the answer, not only this agent. */
  isReplicated: boolean;
}

/** @throws CellError when the key cannot be one */
export function idempotencyOf(key: string, method: string, input: unknown): Idempotency {
  if (key.length === 0 || key.length > KEY_CHARACTERS_MAX || !KEY_PATTERN.test(key)) {
    throw invalid(`an Idempotency-Key has 1 to ${KEY_CHARACTERS_MAX} visible ASCII characters and no spaces`);
  }
  return { key, digest: hashOf(`${method} ${canonical(input)}`), isReplicated: false };
}

function sessionIdOf({ key }: Idempotency): string {
  return `${OWNER}-${hashOf(key).slice(0, 40)}`;
}

export interface Place {
  readonly session: NonNullable<WriteOptions['session']>;
  /** The revision that the first use was decided at: every repeat asks for exactly the same. */
  readonly revision: number;
}

/**
 * The place that makes a write with this key happen once: a session of its own, named by the key, whose first reply the
 * machine stores. So a repeat gets the stored answer from every agent, across changes of the leader and restarts. The
 * session's owner says what was asked for; another request under the key is refused. `checked` runs before the first use.
 *
 * @throws OperatorError IDEMPOTENCY_KEY_REUSED for another request, and once the answer is forgotten
 */
export async function placeOf(
  { api }: OperatorPorts,
  idempotency: Idempotency,
  call: CallContext,
  checked: () => Promise<void>,
): Promise<Place> {
  const { cell } = api;
  idempotency.isReplicated = true;
  const sessionId = sessionIdOf(idempotency);
  const session = { id: sessionId, sequence: 1, ackedBelow: 0 };
  const { timeoutMs } = call;
  let record = SESSIONS.read(cell.state, sessionId);
  if (record === undefined) {
    await checked();
    const revision = cell.state.revision('user');
    const owner = `${OWNER} ${idempotency.digest} ${revision}`;
    try {
      await cell.write({ kind: 'openSession', sessionId, ttlMs: KEPT_MS, owner }, { quorum: 'majority', timeoutMs });
      return { session, revision };
    } catch (error) {
      if (!(error instanceof CellError) || error.reason !== 'SESSION_EXISTS') throw error;
    }
    // Used before, through another agent: this one may not have heard of it yet.
    await cell.readBarrier({ quorum: 'majority', minSlot: 0, timeoutMs });
    record = SESSIONS.read(cell.state, sessionId);
  }
  if (record === undefined) throw forgotten(idempotency);
  const [, digest, revision] = record.owner.split(' ');
  if (digest !== idempotency.digest) throw reused(idempotency);
  return { session, revision: Number(revision) };
}

/** What became of the place meanwhile, in the words of the key; a session in whose name it was done is another one. */
export function placeFailure({ api }: OperatorPorts, error: unknown, idempotency: Idempotency): unknown {
  if (!(error instanceof CellError)) return error;
  const isForgotten = SESSIONS.read(api.cell.state, sessionIdOf(idempotency)) === undefined;
  if (error.reason === 'SESSION_UNKNOWN' && isForgotten) return forgotten(idempotency);
  return error.reason === 'SEQUENCE_REUSED' ? reused(idempotency) : error;
}

interface Remembered {
  readonly digest: string;
  readonly answer: Promise<unknown>;
  readonly untilMs: number;
  /** Undefined while it runs. */
  sizeBytes: number | undefined;
}

/** How much an agent remembers. */
export interface RememberedLimits {
  readonly answersMax: number;
  readonly answerBytesMax: number;
}

const LIMITS: RememberedLimits = {
  answersMax: DEFAULTS.rememberedAnswersMax,
  answerBytesMax: DEFAULTS.rememberedAnswerBytesMax,
};

/**
 * What this agent answered under which key, as far as the cell does not remember it: changes of the members and of the demo
 * cell, which are no commands of the machine, and writes that their session numbers itself, while this agent runs. Of what
 * the cell remembers only the running ones are kept, for repeats that come meanwhile.
 */
export class RememberedAnswers {
  readonly #answers = new Map<string, Remembered>();
  readonly #limits: RememberedLimits;
  #settled = 0;
  #sizeBytes = 0;

  constructor(limits = LIMITS) {
    this.#limits = limits;
  }

  /**
   * @param canRepeat false for a stream, which only one viewer can take
   * @throws OperatorError IDEMPOTENCY_KEY_REUSED
   */
  once<T>(idempotency: Idempotency, run: () => Promise<T>, canRepeat: (answer: T) => boolean): Promise<T> {
    const { key, digest } = idempotency;
    this.#forgetOld();
    const known = this.#answers.get(key);
    if (known !== undefined) {
      if (known.digest !== digest) throw reused(idempotency);
      return known.answer as Promise<T>;
    }
    const answer = run();
    const remembered: Remembered = { digest, answer, untilMs: performance.now() + KEPT_MS, sizeBytes: undefined };
    this.#answers.set(key, remembered);
    answer.then(
      (given) => {
        if (idempotency.isReplicated || !canRepeat(given)) this.#answers.delete(key);
        else this.#keep(key, remembered, Buffer.byteLength(JSON.stringify(given) ?? ''));
      },
      (error: unknown) => {
        // Nothing was done, or the cell knows what: the next call finds out. Else the doubt is the answer.
        const isUnknown = (error as { readonly effect?: unknown }).effect === 'unknown';
        if (!isUnknown || idempotency.isReplicated) this.#answers.delete(key);
        else this.#keep(key, remembered, 0);
      },
    );
    return answer;
  }

  #keep(key: string, remembered: Remembered, sizeBytes: number): void {
    if (sizeBytes > this.#limits.answerBytesMax) {
      this.#answers.delete(key);
      return;
    }
    remembered.sizeBytes = sizeBytes;
    this.#settled += 1;
    this.#sizeBytes += sizeBytes;
    this.#forgetOld();
  }

  /** What runs is never forgotten: a repeat would do it again beside it. */
  #forgetOld(): void {
    const nowMs = performance.now();
    const { answersMax, answerBytesMax } = this.#limits;
    for (const [key, { untilMs, sizeBytes }] of this.#answers) {
      if (sizeBytes === undefined) continue;
      if (untilMs > nowMs && this.#settled <= answersMax && this.#sizeBytes <= answerBytesMax) return;
      this.#answers.delete(key);
      this.#settled -= 1;
      this.#sizeBytes -= sizeBytes;
    }
  }
}

function reused({ key }: Idempotency): OperatorError {
  return new OperatorError('IDEMPOTENCY_KEY_REUSED', `the Idempotency-Key "${key}" was used for another request`);
}

function forgotten({ key }: Idempotency): OperatorError {
  const text = `the Idempotency-Key "${key}" was used long ago and its answer is forgotten: look what it did, and take a new key`;
  return new OperatorError('IDEMPOTENCY_KEY_REUSED', text);
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** The same for the same content, however its fields are ordered. */
function canonical(value: unknown): string {
  return (
    JSON.stringify(value, (_, field: unknown) =>
      typeof field === 'object' && field !== null && !Array.isArray(field)
        ? Object.fromEntries(Object.entries(field).sort(([a], [b]) => (a < b ? -1 : 1)))
        : field,
    ) ?? ''
  );
}
