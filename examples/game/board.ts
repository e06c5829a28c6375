/** A letter for each field; a dot where nobody is. */
export type Board = readonly string[];

export const BOARD = '/examples/game/board';
const SIDE = 6;
const FREE = '.';

export function emptyBoard(): Board {
  return Array.from({ length: SIDE * SIDE }, () => FREE);
}

export function parseBoard(value: Uint8Array): Board {
  return [...Buffer.from(value).toString()];
}

export function freeFields(board: Board): number[] {
  return board.flatMap((letter, field) => (letter === FREE ? [field] : []));
}

/** As people see it: a line for each row. */
export function shown(board: Board): string {
  const rows = Array.from({ length: SIDE }, (_, row) => board.slice(row * SIDE, (row + 1) * SIDE).join(' '));
  return rows.join('\n');
}
