import { bytes, list, object, quorumOf, raw } from './typescript-source.ts';

type Fields = Readonly<Record<string, unknown>>;

/** The same over the client library, which keeps what it has claimed by itself; empty when it has no such call. */
export function coordinationCall(method: string, request: Fields): string {
  const path = bytes(request.path);
  const options = quorumOf(request);
  const { owner, by, why } = request;
  switch (method) {
    case 'AcquireLock':
      return `lock(${list(path, lockOptions(request))}).${acquisition(request)}`;
    case 'ReleaseLock':
      return `lock(${path}).acquire().then((held) => held.release())`;
    case 'ForceReleaseLock':
      return `forceReleaseLock(${list(path, object({ by: by ?? '', why }))})`;
    case 'ListLocks':
      return `locks(${object({ ...prefixOf(request), withFree: request.withFree, ...options })})`;
    case 'Increment':
      return `counter(${bytes(request.key)}).add(${list(String(request.by ?? 0), object(options))})`;
    case 'SetLimit':
      return `setLimit(${list(JSON.stringify(request.name ?? ''), String(request.limit ?? 0), object({ by: by ?? '' }))})`;
    case 'ListLimits':
      return `limits(${object(options)})`;
    case 'Campaign':
      return `election(${list(path, object({ owner }))}).campaign(${list(text(request.value), patience(request))})`;
    case 'Proclaim':
      return `election(${path}).campaign().then((tenure) => tenure.proclaim(${text(request.value)}))`;
    case 'Resign':
      return `election(${path}).campaign().then((tenure) => tenure.resign())`;
    case 'ListElections':
      return `elections(${object({ ...prefixOf(request), withVacant: request.withVacant, ...options })})`;
    case 'CreateBarrier':
      return `barrier(${path}).create(${barrierOptions(request)})`;
    case 'AwaitBarrier':
      return `barrier(${path}).await(${patience(request)})`;
    case 'LeaveBarrier':
      return `barrier(${path}).leave()`;
    case 'ChangeBarrierMembers':
      return `barrier(${path}).changeMembers({ ${list(sessions('add', request.add), sessions('remove', request.remove))} })`;
    case 'BreakBarrier':
      return `barrier(${path}).break(${object({ by, why })})`;
    case 'ResetBarrier':
      return `barrier(${path}).reset()`;
    case 'DeleteBarrier':
      return `barrier(${path}).delete()`;
    case 'ListBarriers':
      return `barriers(${object({ ...prefixOf(request), ...options })})`;
    default:
      return workCall(method, request);
  }
}

/** Proposals, work that is done once, queues. */
function workCall(method: string, request: Fields): string {
  const path = bytes(request.path);
  const number = String(request.proposal ?? 0);
  const seq = String(request.seq ?? 0);
  const { by, why, voter, after, limit, state } = request;
  const options = quorumOf(request);
  switch (method) {
    case 'Propose':
      return `propose(${list(bytes(request.key), bytes(request.value), proposeOptions(request))})`;
    case 'Vote':
      return `vote(${list(number, String(request.isFor ?? false), object({ voter }))})`;
    case 'WithdrawProposal':
      return `proposal(${number}).withdraw(${object({ by, why })})`;
    case 'ListProposals': {
      const { before, withDecided } = request;
      return `proposals(${object({ ...prefixOf(request), withDecided, before, limit, ...options })})`;
    }
    case 'ClaimOnce':
    case 'RecordOnce': {
      const onDeath = method === 'RecordOnce' || request.asksOnDeath === true ? 'ask' : 'again';
      const { owner } = request;
      return `once(${list(path, `() => ${bytes(request.result)}`, object({ onDeath, owner, ...patienceMs(request) }))})`;
    }
    case 'ResolveOnce': {
      const result = request.result === undefined ? undefined : raw(bytes(request.result));
      return `onceWork.resolve(${list(path, object({ isDone: request.isDone ?? false, result, by: by ?? '', why }))})`;
    }
    case 'ForgetOnce':
      return `onceWork.forget(${path})`;
    case 'ReadOnce':
      return `onceWork.read(${list(path, object(options))})`;
    case 'ListOnce': {
      const continued = after === undefined ? undefined : raw(bytes(after));
      return `onceWork.list(${object({ ...prefixOf(request), state, after: continued, limit, ...options })})`;
    }
    case 'Enqueue':
      return `queue(${path}).enqueue(${list(entries(request.entries), object({ owner: request.owner }))})`;
    case 'ClaimEntry': {
      const { worker, leaseTtlMs } = request;
      const claim = object({ leaseTtlMs, ...patienceMs(request) });
      return `queue(${list(path, object({ worker }))}).claim(${claim})`;
    }
    case 'CheckpointEntry':
      return claimed(path, `checkpoint(${bytes(request.progress)})`);
    case 'CompleteEntry':
      return claimed(path, `complete(${bytes(request.result)})`);
    case 'FailEntry':
      return claimed(path, `fail(${list(text(why), object({ isRetried: request.isFinal ? false : undefined }))})`);
    case 'RequeueEntry':
      return `queue(${path}).requeue(${seq})`;
    case 'RemoveEntry':
      return `queue(${path}).remove(${seq})`;
    case 'DeleteQueue':
      return `queue(${path}).delete()`;
    case 'ReadEntry':
      return `queue(${path}).entry(${list(seq, object(options))})`;
    case 'ListQueues':
      return `queues(${object({ ...prefixOf(request), ...options })})`;
    case 'ListEntries':
      return `queue(${path}).entries(${object({ states: request.states, after, limit, ...options })})`;
    default:
      return '';
  }
}

function prefixOf({ prefix }: Fields): Fields {
  return prefix === undefined ? {} : { prefix: raw(bytes(prefix)) };
}

function text(value: unknown): string {
  return JSON.stringify(value ?? '');
}

function lockOptions({ owner, leaseTtlMs, adaptive, lockDelayMs }: Fields): string {
  return object({ owner, leaseTtlMs, adaptive, lockDelayMs });
}

/** Now or not at all, unless it says that it waits. */
function acquisition({ waitMs, stayQueued }: Fields): string {
  if (stayQueued === true) return 'acquire()';
  return waitMs === undefined ? 'tryAcquire()' : `acquire({ timeoutMs: ${waitMs} })`;
}

function patienceMs({ waitMs }: Fields): Fields {
  return { timeoutMs: waitMs ?? 0 };
}

function patience(request: Fields): string {
  return object(patienceMs(request));
}

function barrierOptions(request: Fields): string {
  const { count, percent, members, isOpen, breaksOnDeath, timeoutMs, releasesOnTimeout, next, startsUnarmed } = request;
  const threshold = count !== undefined ? { count } : percent !== undefined ? { percent } : undefined;
  return object({
    ...{ threshold, members, isOpen, timeoutMs, owner: request.owner },
    onDeath: breaksOnDeath === true ? undefined : 'shrink',
    onTimeout: releasesOnTimeout === true ? 'release' : undefined,
    next: next === undefined ? undefined : raw(bytes(next)),
    isArmed: startsUnarmed === true ? false : undefined,
  });
}

function sessions(name: string, ids: unknown): string {
  return ids === undefined ? '' : `${name}: ${JSON.stringify(ids)}`;
}

function proposeOptions(request: Fields): string {
  const { quorumPerTenThousand, electorate, timeoutMs, isOnlyIfUnchanged, owner, why } = request;
  const quorum = quorumPerTenThousand === undefined ? undefined : Number(quorumPerTenThousand) / 10_000;
  return object({ quorum, electorate, timeoutMs, isOnlyIfUnchanged, owner, why });
}

function entries(list: unknown): string {
  const told = ((list ?? []) as readonly Fields[]).map(({ payload, ...rest }) =>
    object({ payload: raw(bytes(payload)), ...rest }),
  );
  return `[${told.join(', ')}]`;
}

/** What is done with a claimed entry is done with what its claim has given. */
function claimed(path: string, call: string): string {
  return `queue(${path}).claim().then((entry) => entry?.${call})`;
}
