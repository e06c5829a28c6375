/** Tells what this window makes from what other windows and earlier ones made: four hexadecimal digits. */
export function shortId(): string {
  return [...crypto.getRandomValues(new Uint8Array(2))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
