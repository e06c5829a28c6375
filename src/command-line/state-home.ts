import { homedir } from 'node:os';
import { join } from 'node:path';

export type Environment = Readonly<Record<string, string | undefined>>;

/** `$XDG_STATE_HOME/synod`, else `~/.local/state/synod`. */
export function stateHome(env: Environment): string {
  // The XDG specification: a relative path is invalid and ignored.
  const given = env.XDG_STATE_HOME;
  const base = given?.startsWith('/') ? given : join(env.HOME ?? homedir(), '.local', 'state');
  return join(base, 'synod');
}
