import { existsSync } from 'node:fs';
import type { Session, SynodClient, WriteOptions } from '../client/index.ts';
import { UsageError } from '../command-line/flag.ts';
import { parseCount } from '../command-line/values.ts';
import type { Context } from './command.ts';
import { PlacesFolder } from './shared-places.ts';

/** What "synod lock" and "synod elect" give the command that they run, and commands on keys honour. */

export function environmentFor(session: Session, places: PlacesFolder, fencingToken: number): Record<string, string> {
  return { ...placesOf(session, places), SYNOD_FENCING_TOKEN: String(fencingToken) };
}

/** For what is claimed without a lock. A token of the surroundings belongs to another session. */
export function placesOf({ id }: Session, { folder }: PlacesFolder): Record<string, string> {
  return { SYNOD_SESSION: id, SYNOD_SESSION_PLACES: folder, SYNOD_FENCING_TOKEN: '' };
}

/**
 * The session and the fencing token of the surroundings. Without a session there is nothing to honour.
 * @throws UsageError when they are no such thing
 */
export function surroundingSession(
  context: Context,
  client: SynodClient,
): Pick<WriteOptions, 'session' | 'fencingToken'> {
  const { SYNOD_SESSION: id = '', SYNOD_SESSION_PLACES: folder = '', SYNOD_FENCING_TOKEN: token = '' } = context.env;
  if (id === '') {
    if (token === '') return {};
    throw new UsageError(
      'SYNOD_FENCING_TOKEN is set without SYNOD_SESSION: a token belongs to the session that holds the lock',
    );
  }
  if (folder === '' || !existsSync(folder)) {
    throw new UsageError(
      'SYNOD_SESSION is set, but SYNOD_SESSION_PLACES names no folder: both come from "synod lock PATH -- COMMAND", on the same machine, while it runs',
    );
  }
  const session = client.joinSession(id, new PlacesFolder(folder));
  return token === '' ? { session } : { session, fencingToken: parseCount(token, 'SYNOD_FENCING_TOKEN') };
}
