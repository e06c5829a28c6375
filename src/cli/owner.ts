import { userInfo } from 'node:os';
import { shortLine } from '../client/reasons.ts';
import type { Context } from './command.ts';

/** For people: who holds something. Unless --owner says it, that is the command that it is held for. */
export function ownerOf({ flags }: Context, command: readonly string[], otherwise: string): string {
  return flags.text('owner') ?? (command.length > 0 ? shortLine(command.join(' ')) : otherwise);
}

/** For people: who sits here. In a container that may be a number without a name. */
export function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.()}`;
  }
}
