import type { KeyItem } from '../../../../contract/index.ts';
import { client } from '../../../connection/connection-store.ts';
import { Refusal } from '../../../connection/failure.ts';
import { type Seen, START_VALUE } from './race.ts';
import type { ArenaCell, CellAnswer } from './run.ts';

/** The real key, asked for and written in the sessions of the clients. */
export function arenaCell(path: string, sessions: readonly string[]): ArenaCell {
  const { keys } = client();
  const start = { text: String(START_VALUE) };
  return {
    reset: async () => {
      const { current, slot } = await keys.put({ path, value: start });
      return answerOf(path, current, slot, true);
    },
    ask: async (index, ask) => {
      const as = { sessionId: sessions[index]! };
      switch (ask.kind) {
        case 'read':
        case 'compare':
          return answerOf(path, (await keys.get({ path })).item, 0, true);
        case 'compareAndWrite': {
          const { version } = ask;
          const value = { text: String(ask.value) };
          const outcome = await keys.compareAndWrite({ path, expected: { version }, value, as });
          return answerOf(path, outcome.current, outcome.slot, outcome.succeeded);
        }
        case 'put': {
          const { current, slot } = await keys.put({ path, value: { text: String(ask.value) }, as });
          return answerOf(path, current, slot, true);
        }
      }
    },
  };
}

/** Makes the key. Nothing that is there is overwritten. Answers the revision that it was made at. */
export async function claimKey(path: string): Promise<number> {
  const { succeeded, revision } = await client().keys.compareAndWrite({
    path,
    expected: { version: 0 },
    value: { text: String(START_VALUE) },
  });
  if (!succeeded) {
    throw new Refusal('KEY_EXISTS', `${path} exists, and the race would overwrite it. Choose a key that is not there.`);
  }
  return revision;
}

function answerOf(path: string, item: KeyItem | null, slot: number, succeeded: boolean): CellAnswer {
  return { ...seen(path, item), slot, succeeded };
}

function seen(path: string, item: KeyItem | null): Seen {
  const value = item !== null && 'text' in item.value ? Number(item.value.text) : Number.NaN;
  if (item === null || !Number.isInteger(value)) {
    throw new Refusal(
      'NOT_THE_RACE',
      `${path} holds no number any more: somebody else wrote or deleted it. Begin anew.`,
    );
  }
  return { version: item.version, value };
}
