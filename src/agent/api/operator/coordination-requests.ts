import { perTenThousand } from '../../../contract/quorum-share.ts';

type Fields = Readonly<Record<string, unknown>>;
type Named = (path: unknown) => Fields;

/**
 * What an operator's call of coordination asks for, in the fields of the request of the same name, without its options;
 * undefined for what has no counterpart. What is left out is as the operator API has it.
 */
export function coordinationFields(method: string, input: Fields, named: Named): Fields | undefined {
  const { as: _, quorum: _q, retrySequence: _r, ...fields } = input;
  const paths = Object.fromEntries(
    PATHS.flatMap((name) =>
      typeof fields[name] === 'string' && fields[name] !== '' ? [[name, named(fields[name])]] : [],
    ),
  );
  return FORMS[method]?.({ ...fields, ...paths }, { input, named });
}

/** Fields that hold paths, whatever they are called. */
const PATHS = ['path', 'prefix', 'next'];

const same = (fields: Fields): Fields => fields;
const withKey = ({ path: key, ...rest }: Fields): Fields => ({ key, ...rest });

const FORMS: Readonly<
  Record<string, (fields: Fields, said: { readonly input: Fields; readonly named: Named }) => Fields>
> = {
  AcquireLock: ({ isTry, waitMs, ...rest }) => (isTry === true ? rest : { ...rest, waitMs, stayQueued: true }),
  RenewLock: same,
  ReleaseLock: same,
  CancelLock: same,
  ForceReleaseLock: same,
  ListLocks: same,
  Increment: withKey,
  SetLimit: same,
  ListLimits: same,
  Campaign: same,
  Proclaim: same,
  Resign: same,
  ListElections: same,
  CreateBarrier: ({ threshold, onDeath, onTimeout, isArmed, next, ...rest }) => {
    const { kind, ...value } = (threshold ?? { kind: 'full' }) as Fields;
    return {
      ...rest,
      ...(kind === 'full' ? {} : value),
      ...(next === '' ? {} : { next }),
      breaksOnDeath: onDeath !== 'shrink',
      releasesOnTimeout: onTimeout === 'release',
      startsUnarmed: isArmed === false,
    };
  },
  AwaitBarrier: same,
  LeaveBarrier: same,
  ChangeBarrierMembers: same,
  BreakBarrier: same,
  ResetBarrier: same,
  DeleteBarrier: same,
  ListBarriers: same,
  Propose: (fields, { input: { quorum } }) => ({
    ...withKey(fields),
    ...(typeof quorum === 'number' ? { quorumPerTenThousand: perTenThousand(quorum) } : {}),
  }),
  Vote: same,
  WithdrawProposal: same,
  ListProposals: ({ withDecided = true, ...rest }) => ({ ...rest, withDecided }),
  ClaimOnce: ({ onDeath, ...rest }) => ({ ...rest, asksOnDeath: onDeath !== 'again' }),
  RecordOnce: same,
  AbandonOnce: same,
  ResolveOnce: same,
  ForgetOnce: same,
  ReadOnce: same,
  ListOnce: ({ state, after, ...rest }, { named }) => ({
    ...rest,
    ...(state === 'any' ? {} : { state }),
    ...(typeof after === 'string' && after !== '' ? { after: named(after) } : {}),
  }),
  Enqueue: same,
  ClaimEntry: same,
  CheckpointEntry: same,
  CompleteEntry: same,
  FailEntry: ({ isRetried, ...rest }) => ({ ...rest, isFinal: isRetried === false }),
  RequeueEntry: same,
  RemoveEntry: same,
  DeleteQueue: same,
  ReadEntry: same,
  ListQueues: same,
  ListEntries: same,
};
