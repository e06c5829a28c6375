import { connect, type SessionOptions, type SynodClient, SynodError } from '../../src/client/index.ts';
import { type ServedApi, serveApi } from './served-api.ts';

/** Two programs of one cell in memory, each with a session of its own. */
export interface TwoPrograms {
  readonly served: ServedApi;
  readonly ada: SynodClient;
  readonly bruno: SynodClient;
}

export async function serveTwoPrograms(session: Pick<SessionOptions, 'ttlMs'> = {}): Promise<TwoPrograms> {
  const served = await serveApi();
  const program = (owner: string) => connect({ endpoints: [served.address], session: { ...session, owner } });
  return { served, ada: program('ada'), bruno: program('bruno') };
}

export async function stopPrograms({ served, ada, bruno }: TwoPrograms): Promise<void> {
  await Promise.all([ada.close(), bruno.close()]);
  await served.stop();
}

/** What a program is told that is refused. */
export const errorOf = (refused: Promise<unknown>): Promise<SynodError> =>
  refused.then(
    () => {
      throw new Error('it was not refused');
    },
    (error: unknown) => {
      if (error instanceof SynodError) return error;
      throw error;
    },
  );
export const reasonOf = async (refused: Promise<unknown>): Promise<string> => (await errorOf(refused)).reason;
