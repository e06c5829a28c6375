import { duration, each, flag, on, prefixOf, textOf, valueWords, type Words } from './cli-words.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Proposals, work that is done once, and queues. Undefined: the command line has no such command. */
export function workWords(method: string, request: Fields): Words | undefined {
  const path = textOf(request.path ?? request.key);
  const words = OF_PATH[method];
  if (words !== undefined) return path === undefined ? undefined : words(path, request);
  return OTHERS[method]?.(request);
}

const OF_PATH: Readonly<Record<string, (path: string, request: Fields) => Words | undefined>> = {
  Propose: (key, request) => {
    const { quorumPerTenThousand, electorate, timeoutMs, isOnlyIfUnchanged, owner, why, waitMs, value } = request;
    const share = quorumPerTenThousand === undefined ? undefined : Number(quorumPerTenThousand) / 10_000;
    const { argument, stdin } = valueWords(value);
    const flags = [
      ...[...flag('share', share), ...each('voter', electorate), ...duration('deadline', timeoutMs)],
      ...[...on('if-unchanged', isOnlyIfUnchanged), ...flag('why', why), ...flag('owner', owner)],
      ...on('no-wait', waitMs === undefined),
    ];
    return { command: ['propose'], flags, positionals: [key, argument], stdin, hasNoQuorum: true };
  },
  ClaimOnce: (path, { asksOnDeath, owner, waitMs }) => ({
    command: ['once'],
    flags: [
      ...(asksOnDeath === true ? [] : ['--on-death', 'again']),
      ...duration('wait', waitMs),
      ...flag('owner', owner),
    ],
    positionals: [path],
    program: ['true'],
    hasNoQuorum: true,
  }),
  // What the program prints is the result.
  RecordOnce: (path, { result }) => {
    const { argument, stdin } = valueWords(result);
    return stdin === undefined
      ? { command: ['once'], positionals: [path], program: ['printf', '%s', argument], hasNoQuorum: true }
      : undefined;
  },
  ResolveOnce: (path, { isDone, result, why, by }) => {
    const { argument, stdin } = valueWords(result);
    if (stdin !== undefined) return undefined;
    const said =
      isDone === true ? ['--resolve', 'done', ...flag('result', argument || undefined)] : ['--resolve', 'not-done'];
    const flags = [...said, ...flag('why', why), ...flag('by', by)];
    return { command: ['once'], flags, positionals: [path], hasNoQuorum: true };
  },
  ForgetOnce: (path) => ({ command: ['once', '--forget'], positionals: [path], hasNoQuorum: true }),
  Enqueue: enqueueWords,
  // What the program prints is the result: the payload, unchanged.
  ClaimEntry: (path, { worker, waitMs, leaseTtlMs }) => ({
    command: ['queue', 'claim'],
    flags: [...duration('wait', waitMs), ...flag('worker', worker), ...duration('ttl', leaseTtlMs)],
    positionals: [path],
    program: ['cat'],
    hasNoQuorum: true,
  }),
  RequeueEntry: (path, { seq }) => ofEntry('requeue', path, seq),
  RemoveEntry: (path, { seq }) => ofEntry('remove', path, seq),
  DeleteQueue: (path) => ({ command: ['queue', 'delete'], positionals: [path], hasNoQuorum: true }),
  ReadEntry: (path, { seq }) => ({ command: ['queue', 'show'], positionals: [path, String(seq ?? 0)] }),
  ListEntries: (path, { states, after }) =>
    after === undefined ? { command: ['queue', 'show'], flags: each('state', states), positionals: [path] } : undefined,
};

const OTHERS: Readonly<Record<string, (request: Fields) => Words | undefined>> = {
  Vote: ({ proposal, isFor, voter }) => ({
    command: ['vote'],
    flags: flag('as', voter),
    positionals: [String(proposal ?? 0), isFor === true ? 'yes' : 'no'],
    hasNoQuorum: true,
  }),
  WithdrawProposal: ({ proposal, by, why }) => ({
    command: ['withdraw'],
    flags: [...flag('by', by), ...flag('why', why)],
    positionals: [String(proposal ?? 0)],
    hasNoQuorum: true,
  }),
  ListProposals: ({ prefix, withDecided, before }) => {
    const flags = on('pending', withDecided !== true);
    return before === undefined ? { command: ['proposals'], flags, positionals: prefixOf(prefix) } : undefined;
  },
  ListOnce: ({ prefix, state, after }) =>
    state === undefined && after === undefined
      ? { command: ['once', '--list'], positionals: prefixOf(prefix), hasNoQuorum: true }
      : undefined,
  ListQueues: ({ prefix }) => ({ command: ['queue', 'list'], positionals: prefixOf(prefix) }),
};

function ofEntry(command: string, path: string, seq: unknown): Words {
  return { command: ['queue', command], positionals: [path, String(seq ?? 0)], hasNoQuorum: true };
}

/** One entry with all that it has, or several that have nothing but the order in which they are done. */
function enqueueWords(path: string, { entries, owner }: Fields): Words | undefined {
  const [first = {}, ...rest] = (entries ?? []) as readonly Fields[];
  const values = [first, ...rest].map(({ payload }) => valueWords(payload));
  const isChain = rest.length > 0 && rest.every(({ afterInBatch }, at) => String(afterInBatch) === String(at));
  const hasOptions = [first, ...rest].some(({ payload: _, afterInBatch, ...options }) => {
    const isOrdered = afterInBatch !== undefined && !isChain;
    return isOrdered || Object.keys(options).length > 0;
  });
  if (rest.length > 0 && (hasOptions || values.some(({ stdin }) => stdin !== undefined))) return undefined;
  const { after, assignee, maxAttempts, backoffMs, backoffMaxMs } = first;
  const flags = [
    ...[...each('after', after), ...on('chain', isChain), ...flag('assignee', assignee)],
    ...[...flag('attempts', maxAttempts), ...duration('backoff', backoffMs), ...duration('backoff-max', backoffMaxMs)],
    ...flag('owner', owner),
  ];
  const positionals = [path, ...values.map(({ argument }) => argument)];
  return { command: ['queue', 'add'], flags, positionals, stdin: values[0]?.stdin, hasNoQuorum: true };
}
