type Fields = Readonly<Record<string, unknown>>;

interface Told {
  readonly text?: string;
  readonly base64?: string;
}

/** Majority is what the library asks for anyway. */
export function quorumOf({ options }: Fields): Fields {
  const quorum = /_QUORUM_(LOCAL|MAJORITY|ALL)$/.exec(String((options as Fields | undefined)?.quorum))?.[1];
  return quorum === undefined || quorum === 'MAJORITY' ? {} : { quorum: quorum.toLowerCase() };
}

/** Source text instead of a value. */
export interface Raw {
  readonly source: string;
}

export function raw(source: string): Raw {
  return { source };
}

/** Bytes as `readableJson` tells them. */
export function bytes(told: unknown): string {
  const { text, base64 } = (told ?? { text: '' }) as Told;
  return base64 === undefined ? JSON.stringify(text) : `Buffer.from(${JSON.stringify(base64)}, 'base64')`;
}

/** Empty when it has no fields. */
export function object(fields: Fields): string {
  const told = Object.entries(fields).filter(([, value]) => value !== undefined);
  if (told.length === 0) return '';
  const source = (value: unknown): string =>
    typeof value === 'object' && value !== null && 'source' in value ? String(value.source) : JSON.stringify(value);
  return `{ ${told.map(([name, value]) => `${name}: ${source(value)}`).join(', ')} }`;
}

export function list(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join(', ');
}
