import type { FencedActing, WriteQuorum } from '../../../contract/index.ts';
import { WriteQuorum as WireQuorum, type WriteOptions } from '../../../gen/synod/v1/user.ts';
import type { WriteOutcome } from '../../host/cell-port.ts';
import type { Command } from '../../machine/commands.ts';
import { withToken } from '../fencing.ts';
import { actingOf, valid } from '../validation.ts';
import { actingOptions } from './acting-options.ts';
import type { OperatorContext, Reach } from './builder.ts';
import type { Admitted } from './guard.ts';
import { placeFailure, placeOf } from './idempotency.ts';

export interface WriteContext extends OperatorContext {
  readonly reach: Reach;
  readonly call: Admitted;
}

/**
 * Writes one command, in the name of the session that was given or else of this agent, and under an `Idempotency-Key` only
 * once: then the cell remembers the answer, and for a session that has numbers of its own, this agent. `commandAt` gets the
 * revision at which it was decided; `checked` held there, and is not asked again for a repeat: what it looked at may be what
 * the first use has changed.
 *
 * @throws CellError and OperatorError
 */
export async function writeOnce(
  { reach, call }: WriteContext,
  { quorum = 'majority', as }: { readonly quorum?: WriteQuorum; readonly as?: FencedActing },
  commandAt: (revision: number) => Command,
  checked: () => Promise<void> = async () => undefined,
): Promise<WriteOutcome> {
  const ports = reach.ports();
  const { cell } = ports.api;
  const { timeoutMs, idempotency } = call;
  call.usesQuorum(quorum);
  const tokened = (revision: number): Command => valid(withToken(commandAt(revision), as?.fencingToken ?? 0));
  const { session: named, ...acting } = actingOf(actingOptions(as));
  if (named !== undefined || idempotency === undefined) {
    await checked();
    const command = tokened(cell.state.revision('user'));
    return cell.write(command, { quorum, timeoutMs, ...acting, ...(named && { session: named }) });
  }
  // Before a session is opened for it.
  tokened(0);
  const { session, revision } = await placeOf(ports, idempotency, call, checked);
  try {
    return await cell.write(tokened(revision), { quorum, timeoutMs, session, ...acting });
  } catch (error) {
    throw placeFailure(ports, error, idempotency);
  }
}

/**
 * A request of a client, issued by an operator: under an `Idempotency-Key` it takes its place, if it can have one. With a
 * session but no sequence it is done in the name of that session, in a place that the key or this agent gives.
 */
export async function issueOnce<T>(
  context: WriteContext,
  request: unknown,
  answer: (request: unknown) => Promise<T>,
): Promise<T> {
  const fields = request as object;
  if (!('options' in fields)) return await answer(request);
  const { options } = fields as { readonly options?: WriteOptions };
  const isUnnumbered = options !== undefined && (options.sessionId ?? '') !== '' && options.sequence === 0;
  const placed = isUnnumbered ? { ...options, sessionId: '', ackedBelow: 0, asSessionId: options.sessionId } : options;
  return await underKey(context, placed, (own, second) =>
    answer({ ...fields, ...secondNumber(fields, second), options: own }),
  );
}

/** Of a request that waits: for what it does when the wait is over. */
function secondNumber(request: object, second: number): Readonly<Record<string, number>> {
  const fields = request as Readonly<Record<string, unknown>>;
  const name = ['cancelSequence', 'retrySequence'].find((field) => fields[field] === 0);
  return name === undefined || second === 0 || fields.waitMs === 0 ? {} : { [name]: second };
}

/** The options of a request without a place take that of the `Idempotency-Key`, if there is one. */
export async function underKey<O extends WriteOptions | undefined, T>(
  { reach, call }: WriteContext,
  options: O,
  ask: (options: O | WriteOptions, second: number) => T | Promise<T>,
): Promise<T> {
  const { idempotency } = call;
  if (idempotency === undefined || (options?.sessionId ?? '') !== '') return await ask(options, 0);
  const ports = reach.ports();
  const { session } = await placeOf(ports, idempotency, call, async () => undefined);
  const { id: sessionId, sequence, ackedBelow } = session;
  const unplaced = { quorum: WireQuorum.UNSPECIFIED, fencingToken: 0, asSessionId: '', ...options };
  try {
    return await ask({ ...unplaced, sessionId, sequence, ackedBelow }, sequence + 1);
  } catch (error) {
    throw placeFailure(ports, error, idempotency);
  }
}
