import { MemberAction as WireAction } from '../gen/synod/v1/user.ts';
import { list, oneOf, whole } from './arguments.ts';
import type { Caller } from './caller.ts';
import type { CallOptions, MemberAction, MemberChange, Members, ReadQuorum, Status } from './types.ts';
import { readOptions } from './wire.ts';

const ACTIONS: Record<MemberAction, WireAction> = {
  remove: WireAction.REMOVE,
  promote: WireAction.PROMOTE,
  demote: WireAction.DEMOTE,
  transfer: WireAction.TRANSFER,
  replace: WireAction.REPLACE,
  pinVoter: WireAction.PIN_VOTER,
  pinLearner: WireAction.PIN_LEARNER,
  unpin: WireAction.UNPIN,
};

const ACTION_NAMES = Object.keys(ACTIONS) as readonly MemberAction[];

export interface MembersOptions extends CallOptions {
  readonly quorum?: ReadQuorum;
}

/** Who is in the cell. Default quorum `local`: it must answer also when there is no majority. */
export async function members(caller: Caller, options: MembersOptions): Promise<Members> {
  return caller.read({
    method: (stub) => stub.members,
    request: () => ({ options: readOptions(options.quorum ?? 'local', 0) }),
    options,
  });
}

export interface ChangeMembersOptions extends CallOptions {
  /** Refused with EPOCH_MOVED if the configuration has another epoch by then. */
  readonly expectedEpoch?: number;
}

/** Changes that were made already are made again without harm, so they are repeated after a fault. */
export async function changeMembers(
  caller: Caller,
  action: MemberAction,
  agents: readonly string[],
  options: ChangeMembersOptions,
): Promise<MemberChange> {
  return caller.call({
    method: (stub) => stub.changeMembers,
    request: () => ({
      action: ACTIONS[oneOf(action, ACTION_NAMES, 'an action')],
      agents: [...list(agents, 'agents')],
      expectedEpoch: whole(options.expectedEpoch ?? 0, 'expectedEpoch'),
    }),
    repeatable: true,
    options,
  });
}

export interface StatusOptions extends CallOptions {
  /** Ask this agent and no other. */
  readonly endpoint?: string;
}

export async function status(caller: Caller, options: StatusOptions): Promise<Status> {
  const response = await caller.read({
    method: (stub) => stub.status,
    request: () => ({}),
    options,
    ...(options.endpoint === undefined ? {} : { only: options.endpoint }),
  });
  return { ...response, ballot: response.ballot ?? { round: 0, agentId: '' } };
}

/** Asks an agent to hand over and exit. */
export async function shutdown(caller: Caller, reason: string, options: StatusOptions): Promise<string> {
  const { name } = await caller.call({
    method: (stub) => stub.shutdown,
    request: () => ({ reason }),
    repeatable: false,
    options,
    ...(options.endpoint === undefined ? {} : { only: options.endpoint }),
  });
  return name;
}
