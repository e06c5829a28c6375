// A program of its own imports from 'synod/client'.
import { connect } from '../../src/client/index.ts';
import { BOARD, type Board, emptyBoard, freeFields, parseBoard, shown } from './board.ts';

/**
 * One of several players of a game whose state is one key: whoever is first takes a field, until all are taken. A move is a
 * compare-and-write; what the others do comes by watching.
 *
 *   node examples/game/player.ts LETTER HOST:PORT...
 */
const [letter = '', ...endpoints] = process.argv.slice(2);

await using client = connect({ endpoints, timeoutMs: 60_000, session: { owner: `player ${letter}` } });

const { item, revision } = await client.get(BOARD);
await using watch = client.watch({ start: BOARD }, { fromRevision: revision + 1 });
let board: Board = item === undefined ? emptyBoard() : parseBoard(item.value);
let version = item?.version ?? 0;
let lost = 0;
let taken = 0;

/** Follows the watch until the board is newer than `known`. */
async function newerThan(known: number): Promise<void> {
  while (version <= known) {
    const { value } = await watch.next();
    for (const event of value?.events ?? []) {
      board = parseBoard(event.item.value);
      version = event.item.version;
    }
  }
}

for (let free = freeFields(board); free.length > 0; free = freeFields(board)) {
  const field = free[Math.floor(Math.random() * free.length)]!;
  const after = board.with(field, letter);
  const { succeeded } = await client.compareAndWrite(BOARD, { version }, after.join(''));
  if (succeeded) taken++;
  else lost++;
  // Also what this player did itself: everybody has the board from one source.
  await newerThan(version);
}
console.log(`player ${letter} took ${taken} fields, and was too late ${lost} times`);
console.log(shown(board));
