import { parseArgs } from 'node:util';
import { type Flag, UsageError } from './flag.ts';
import { suggest } from './suggest.ts';
import { parseCount, parseDuration } from './values.ts';

/** What every command takes. */
export const COMMON_FLAGS: readonly Flag[] = [
  {
    name: 'write-out',
    short: 'w',
    kind: 'choice',
    choices: ['table', 'json'],
    help: 'How to print: for people (the default) or for programs.',
  },
  { name: 'help', short: 'h', kind: 'switch', help: 'Show this help.' },
  { name: 'logtostderr', kind: 'switch', help: 'Accepted and ignored: logs go to standard error anyway.' },
];

/** The flags as given; each accessor checks and converts. */
export class Flags {
  readonly #given: ReadonlyMap<string, readonly string[]>;

  constructor(given: ReadonlyMap<string, readonly string[]>) {
    this.#given = given;
  }

  has(name: string): boolean {
    const value = this.text(name);
    return value !== undefined && value !== 'false';
  }

  text(name: string): string | undefined {
    return this.#given.get(name)?.at(-1);
  }

  list(name: string): readonly string[] {
    return this.#given.get(name) ?? [];
  }

  number(name: string): number | undefined {
    const text = this.text(name);
    return text === undefined ? undefined : parseCount(text, `--${name}`);
  }

  durationMs(name: string): number | undefined {
    const text = this.text(name);
    return text === undefined ? undefined : parseDuration(text, `--${name}`);
  }
}

export interface Parsed {
  readonly positionals: readonly string[];
  readonly flags: Flags;
}

/**
 * @param path of the command, for messages
 * @throws UsageError, in one line
 */
export function parseFlags(flags: readonly Flag[], args: readonly string[], path: string): Parsed {
  const byName = new Map(flags.map((flag) => [flag.name, flag]));
  const { tokens } = parseArgs({
    args: args.map(withDashes(args)),
    options: Object.fromEntries(
      flags.map(({ name, short, kind }) => [
        name,
        { type: kind === 'switch' ? 'boolean' : 'string', multiple: true, ...(short ? { short } : {}) } as const,
      ]),
    ),
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const given = new Map<string, string[]>();
  const positionals: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value);
    if (token.kind !== 'option') continue;
    const flag = byName.get(token.name);
    if (!flag) throw unknownFlag(token.rawName, [...byName.keys()], path);
    const value = checkedValue(flag, token.value, token.inlineValue === true);
    const earlier = given.get(flag.name);
    if (earlier && !flag.repeatable && flag.kind !== 'switch') throw new UsageError(`--${flag.name} is given twice`);
    given.set(flag.name, [...(earlier ?? []), value]);
  }
  return { positionals, flags: new Flags(given) };
}

/** `--state_dir` is `--state-dir`, up to `=` and up to a bare `--`. */
function withDashes(args: readonly string[]) {
  const end = args.indexOf('--');
  return (arg: string, index: number): string => {
    if (!arg.startsWith('--') || arg === '--' || (end >= 0 && index > end)) return arg;
    const equals = arg.indexOf('=');
    const name = equals < 0 ? arg : arg.slice(0, equals);
    return name.replaceAll('_', '-') + (equals < 0 ? '' : arg.slice(equals));
  };
}

function unknownFlag(raw: string, names: readonly string[], path: string): UsageError {
  const meant = suggest(raw.replace(/^-+/, ''), names);
  const hint = meant ? `did you mean --${meant}?` : `see ${path} --help`;
  const dash = /^-[^-]/.test(raw) ? '; a value that begins with a dash goes after --' : '';
  return new UsageError(`unknown flag ${raw}; ${hint}${dash}`);
}

function checkedValue(flag: Flag, value: string | undefined, isInline: boolean): string {
  const name = `--${flag.name}`;
  if (flag.kind === 'switch') {
    if (value === undefined) return 'true';
    if (value === 'true' || value === 'false') return value;
    throw new UsageError(`${name} takes no value`);
  }
  if (value === undefined || (!isInline && value.startsWith('--'))) {
    throw new UsageError(`${name} needs a value: ${name} ${flag.placeholder ?? flag.choices?.join('|') ?? 'VALUE'}`);
  }
  if (flag.kind === 'number') parseCount(value, name);
  if (flag.kind === 'duration') parseDuration(value, name);
  if (flag.choices && !flag.choices.includes(value)) {
    throw new UsageError(`${name}: "${value}" is none of ${flag.choices.join(', ')}`);
  }
  return value;
}
