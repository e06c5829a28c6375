import type { WriteOptions } from '../../gen/synod/v1/user.ts';
import type { Command, Fenced } from '../machine/commands.ts';
import { invalid } from './errors.ts';

/** The fencing token of a write, for its command. */
export function fenced(options: WriteOptions | undefined): Fenced {
  const fencingToken = options?.fencingToken ?? 0;
  return fencingToken === 0 ? {} : { fencingToken };
}

/** The same for a token that came by itself; 0: none. The contract takes one only with commands that can have one. */
export function withToken(command: Command, fencingToken: number): Command {
  return fencingToken === 0 ? command : ({ ...command, fencingToken } as Command);
}

/**
 * Commands that write no keys have no token: one that would be ignored is refused, because whoever sends it relies on it.
 *
 * @throws CellError
 */
export function refuseUnusedToken(command: Command, options: WriteOptions | undefined): void {
  if ((options?.fencingToken ?? 0) === 0 || 'fencingToken' in command) return;
  throw invalid(`a fencing token guards writes of keys, and a ${command.kind} is none`);
}
