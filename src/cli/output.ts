import { once } from 'node:events';
import type { Writable } from 'node:stream';
import type { Context } from './command.ts';

/** Writes and, when the reader is slow, waits for it. */
export async function write(stream: Writable, data: string | Uint8Array): Promise<void> {
  if (!stream.write(data)) await once(stream, 'drain');
}

export function printLine(context: Context, line: string): Promise<void> {
  return write(context.stdout, `${line}\n`);
}

export function printJson(context: Context, value: unknown): Promise<void> {
  return printLine(context, JSON.stringify(value));
}

/** Columns that are as wide as they must be; numbers to the right. */
/** `1 key`, `2 keys` */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

export function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const texts = rows.map((row) => row.map((cell) => printable(String(cell))));
  const widths = head.map((title, column) => Math.max(title.length, ...texts.map((row) => row[column]!.length)));
  const isNumeric = head.map((_, column) => rows.length > 0 && rows.every((row) => typeof row[column] === 'number'));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => (isNumeric[column] ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!)))
      .join('  ')
      .trimEnd();
  return [line(head), ...texts.map(line)].join('\n');
}

/** Keys, values and names come from anybody: what would move the cursor or colour the terminal is shown, not done. */
export function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is about
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, (character) => {
    return `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
  });
}

/** A value on one line of a list: short, and never binary. */
export function preview(value: Uint8Array, lengthMax = 60): string {
  const text = utf8(value);
  if (text === undefined) return `(${value.length} bytes)`;
  const shown = printable(text.slice(0, lengthMax));
  return text.length > lengthMax ? `${shown}… (${value.length} bytes)` : shown;
}

/** The text that the bytes are, or undefined when they are none. */
export function utf8(value: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(value);
  } catch {
    return undefined;
  }
}

const WIDTH = 100;

/** Breaks a paragraph into lines; those after the first begin in `column`. */
export function wrap(text: string, column: number): string {
  // Lines that are indented already are laid out by hand.
  if (text.startsWith(' ')) return text;
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && column + line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line].join(`\n${' '.repeat(column)}`);
}
