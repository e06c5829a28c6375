import { shellQuoted } from './call-forms.ts';

/** Bytes as `readableJson` tells them. */
export interface Told {
  readonly text?: string;
  readonly base64?: string;
}

export interface Words {
  readonly command: readonly string[];
  readonly flags?: readonly string[];
  readonly positionals: readonly string[];
  /** What is written before, to feed standard input. */
  readonly stdin?: string;
  /** What the command runs. */
  readonly program?: readonly string[];
  /** The command takes no quorum. */
  readonly hasNoQuorum?: boolean;
}

export function flag(name: string, value: unknown): string[] {
  return value === undefined ? [] : [`--${name}`, String(value)];
}

/** Undefined when the bytes are none, or no text. */
export function textOf(told: unknown): string | undefined {
  return (told as Told | undefined)?.text;
}

export function duration(name: string, milliseconds: unknown): string[] {
  return flag(name, milliseconds === undefined ? undefined : `${milliseconds}ms`);
}

export function on(name: string, isOn: unknown): string[] {
  return isOn === true ? [`--${name}`] : [];
}

export function each(name: string, values: unknown): string[] {
  return ((values ?? []) as readonly unknown[]).flatMap((value) => [`--${name}`, String(value)]);
}

export function prefixOf(prefix: unknown): string[] {
  const text = textOf(prefix);
  return text === undefined ? [] : [text];
}

/** A value as an argument, or from standard input when it is no text. */
export function valueWords(value: unknown): { readonly argument: string; readonly stdin?: string } {
  const { text = '', base64 } = (value ?? {}) as Told;
  if (base64 === undefined) return { argument: text };
  return { argument: '-', stdin: `printf %s ${shellQuoted(base64)} | base64 -d | ` };
}
