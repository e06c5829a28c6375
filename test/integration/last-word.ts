import { expect } from 'vitest';
import type { SynodProcess } from '../support/synod-process.ts';

/** Logs are lines of JSON. */
const isLog = (line: string): boolean => line.startsWith('{');

/** What a process said on standard error that is meant for a person. */
export function saidOf({ stderr }: Pick<SynodProcess, 'stderr'>): string[] {
  return stderr.split('\n').filter((line) => line !== '' && !isLog(line));
}

/** The process ends by itself, not with 0, and says why in one line; nowhere is there a stack. Resolves to the line. */
export async function stopsWithOneLine(process: SynodProcess): Promise<string> {
  const { code, signal } = await process.ended;
  expect({ code, signal }, process.stderr).toEqual({ code: 1, signal: null });
  const said = saidOf(process);
  expect(said, process.stderr).toHaveLength(1);
  expect(said[0]).toMatch(/^synod: /);
  expect(process.stderr).not.toMatch(/\bat .+:\d+:\d+/);
  return said[0]!;
}
