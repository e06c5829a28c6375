import { readFileSync } from 'node:fs';
import { UsageError } from '../command-line/flag.ts';
import { suggest } from '../command-line/suggest.ts';
import { type Command, EXIT, Failure, type World } from './command.ts';
import { explain } from './failures.ts';
import { commandHelp, overview } from './help.ts';
import { write } from './output.ts';
import { parse } from './parse.ts';
import { GROUPS, REGISTERED } from './registry.ts';

/** After Ctrl-C a command that uses a cell may still say goodbye to it. */
const INTERRUPTED_AFTER_MS = 1_500;

/** Runs one command line to its end. Resolves to the exit code; never rejects for a user's mistake. */
export async function main(args: readonly string[], world: World): Promise<number> {
  try {
    return await dispatch(args, world);
  } catch (error) {
    const { line, exitCode } = explain(error);
    await write(world.stderr, `synod: ${line}\n`);
    if (world.env.SYNOD_DEBUG && error instanceof Error) await write(world.stderr, `${error.stack}\n`);
    return exitCode;
  }
}

async function dispatch(args: readonly string[], world: World): Promise<number> {
  const [first, ...rest] = args[0] === 'help' ? [...args.slice(1), '--help'] : args;
  if (first === undefined) {
    await write(world.stderr, overview(GROUPS));
    return EXIT.usage;
  }
  if (first === '--help' || first === '-h') {
    await write(world.stdout, overview(GROUPS));
    return EXIT.ok;
  }
  if (first === '--version' || first === 'version') {
    await write(world.stdout, `synod ${version()}\n`);
    return EXIT.ok;
  }
  const registered = REGISTERED.find(({ name, aliases }) => name === first || aliases?.includes(first));
  if (!registered) throw unknownCommand(first, 'synod', namesOf(REGISTERED));
  return run(await registered.load(), rest, `synod ${registered.name}`, world);
}

async function run(command: Command, args: readonly string[], path: string, world: World): Promise<number> {
  const { subcommands } = command;
  if (subcommands) {
    const [first, ...rest] = args;
    const chosen = subcommands.find(({ name }) => name === first);
    if (chosen) return run(chosen, rest, `${path} ${chosen.name}`, world);
    if (first !== undefined && !first.startsWith('-')) throw unknownCommand(first, path, namesOf(subcommands));
  }
  const { positionals, flags } = parse(command, args, path);
  if (flags.has('help')) {
    await write(world.stdout, commandHelp(command, path));
    return EXIT.ok;
  }
  if (!command.run) throw new UsageError(`${path} needs one of: ${subcommands?.map(({ name }) => name).join(', ')}`);
  const context = { ...world, positionals, flags, json: flags.text('write-out') === 'json' };
  return command.isClient && !command.endsItself
    ? interruptible(command.run(context), world.stop)
    : command.run(context);
}

/** A command may wait for what no signal reaches, such as the end of standard input. */
function interruptible(running: Promise<number>, stop: AbortSignal): Promise<number> {
  return new Promise((resolve, reject) => {
    running.then(resolve, reject);
    const giveUp = () => setTimeout(() => reject(new Failure('interrupted', EXIT.interrupted)), INTERRUPTED_AFTER_MS);
    if (stop.aborted) giveUp();
    else stop.addEventListener('abort', giveUp, { once: true });
  });
}

function namesOf(commands: readonly { readonly name: string; readonly aliases?: readonly string[] }[]): string[] {
  return commands.flatMap(({ name, aliases = [] }) => [name, ...aliases]);
}

function unknownCommand(given: string, path: string, among: readonly string[]): UsageError {
  const meant = suggest(given, among);
  const what = given.startsWith('-') ? 'flag before the command' : 'command';
  return new UsageError(
    `unknown ${what} "${given}"; ${meant ? `did you mean "${path} ${meant}"?` : `see ${path} --help`}`,
  );
}

/** Of the package, whether this runs from src or from dist. */
export function version(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { readonly version: string }).version;
}
