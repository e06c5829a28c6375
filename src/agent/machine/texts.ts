import { LIMITS } from './limits.ts';

/** Rules for what is only for people and for other programs to use: names, addresses, owners. */
export function textViolation(what: string, text: string, bytesMax: number = LIMITS.textBytesMax): string | undefined {
  if (!text.isWellFormed()) return `${what} is not valid text`;
  const bytes = new TextEncoder().encode(text).length;
  if (bytes > bytesMax) return `${what} has at most ${bytesMax} bytes, this has ${bytes}`;
  if (/\p{Cc}/u.test(text)) return `${what} must not contain control characters`;
  return undefined;
}
