const TEXT_BYTES_MAX = 256;

/** What went wrong, as the cell takes it for people. */
export function reasonOf(error: unknown): string {
  return shortLine(error instanceof Error ? error.message : String(error));
}

/** One line, not too long: so the cell takes texts that are for people. */
export function shortLine(text: string): string {
  const line = text
    .toWellFormed()
    .replace(/\p{Cc}+/gu, ' ')
    .trim();
  // No character takes less than a byte.
  let end = Math.min(line.length, TEXT_BYTES_MAX);
  while (Buffer.byteLength(line.slice(0, end)) > TEXT_BYTES_MAX) end -= 1;
  return line.slice(0, end).toWellFormed();
}
