import { duration, each, flag, on, prefixOf, textOf, type Words } from './cli-words.ts';
import { workWords } from './work-cli.ts';

type Fields = Readonly<Record<string, unknown>>;

/**
 * The commands that take part do so in a session of their own, for as long as they run. Undefined: the command line has no
 * such command, or not for keys that are no text.
 */
export function coordinationWords(method: string, request: Fields): Words | undefined {
  const path = textOf(request.path ?? request.key);
  const words = WORDS[method];
  if (words !== undefined) return path === undefined ? undefined : words(path, request);
  return LISTS[method]?.(request) ?? workWords(method, request);
}

type WordsOf = (path: string, request: Fields) => Words | undefined;

const WORDS: Readonly<Record<string, WordsOf>> = {
  AcquireLock: (path, { waitMs, stayQueued, leaseTtlMs, adaptive, lockDelayMs, owner }) => ({
    command: ['lock'],
    flags: [
      ...(stayQueued === true ? [] : waitMs === undefined ? ['--try'] : duration('wait', waitMs)),
      ...duration('ttl', leaseTtlMs),
      ...on('adaptive', adaptive),
      ...duration('delay', lockDelayMs),
      ...flag('owner', owner),
    ],
    positionals: [path],
    hasNoQuorum: true,
  }),
  // The session is that of the environment in which `synod lock` runs its command.
  ReleaseLock: (path, { ticket }) =>
    ticket === undefined ? { command: ['unlock'], positionals: [path], hasNoQuorum: true } : undefined,
  ForceReleaseLock: (path, { by, why }) => ({
    command: ['unlock', '--force'],
    flags: [...flag('by', by), ...flag('why', why)],
    positionals: [path],
    hasNoQuorum: true,
  }),
  Increment: (key, { by }) => ({ command: ['incr'], positionals: [key, String(by ?? 0)] }),
  Campaign: (path, { value, owner, waitMs }) => ({
    command: ['elect'],
    flags: [...flag('value', value), ...flag('owner', owner), ...duration('wait', waitMs)],
    positionals: [path],
    hasNoQuorum: true,
  }),
  CreateBarrier: (path, request) => {
    const { count, percent, members, isOpen, breaksOnDeath, timeoutMs, releasesOnTimeout, next, startsUnarmed } =
      request;
    const flags = [
      ...[...flag('count', count), ...flag('percent', percent), ...on('open', isOpen), ...each('member', members)],
      ...[
        ...on('shrink', breaksOnDeath !== true),
        ...duration('after', timeoutMs),
        ...on('release', releasesOnTimeout),
      ],
      ...[...flag('next', textOf(next)), ...on('unarmed', startsUnarmed)],
    ];
    return { command: ['barrier', 'create'], flags, positionals: [path], hasNoQuorum: true };
  },
  AwaitBarrier: (path, { waitMs }) => ofBarrier('await', path, duration('wait', waitMs)),
  ChangeBarrierMembers: (path, { add, remove }) =>
    ofBarrier('members', path, [...each('add', add), ...each('remove', remove)]),
  BreakBarrier: (path, { by, why }) => ofBarrier('break', path, [...flag('by', by), ...flag('why', why)]),
  ResetBarrier: (path) => ofBarrier('reset', path, []),
  DeleteBarrier: (path) => ofBarrier('delete', path, []),
};

/** What is about more than one thing. */
const LISTS: Readonly<Record<string, (request: Fields) => Words>> = {
  ListLocks: ({ prefix, withFree }) => ({
    command: ['locks'],
    flags: on('all', withFree),
    positionals: prefixOf(prefix),
  }),
  ListBarriers: ({ prefix }) => ({ command: ['barrier', 'list'], positionals: prefixOf(prefix), hasNoQuorum: true }),
  ListLimits: () => ({ command: ['limits'], positionals: [], hasNoQuorum: true }),
  SetLimit: ({ name, limit, by }) => ({
    command: ['limits'],
    flags: flag('by', by),
    positionals: [String(name ?? ''), String(limit ?? 0)],
    hasNoQuorum: true,
  }),
};

function ofBarrier(command: string, path: string, flags: readonly string[]): Words {
  return { command: ['barrier', command], flags, positionals: [path], hasNoQuorum: true };
}
