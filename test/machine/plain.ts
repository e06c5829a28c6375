/** The same data whatever the class of its byte arrays: stores may hand out Buffers or Uint8Arrays. */
export function plain(value: unknown): unknown {
  if (value instanceof Uint8Array)
    return `bytes:${[...value].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`;
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .map(([name, member]) => [name, plain(member)]),
  );
}
