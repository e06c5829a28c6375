// Guards the mark: the newest readable record counts, and an unreadable one says nothing.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { MarkFile, NO_MARK } from '../../src/agent/storage/mark.ts';
import { faultOf, flipBit, temporary } from './support.ts';

function markAt(sequence: number) {
  return { ...NO_MARK, sequence, promised: { round: sequence, agentId: 'me' }, end: 10 * sequence };
}

function written(through: number): string {
  const path = join(temporary(), 'mark');
  const file = new MarkFile(path);
  for (let sequence = 1; sequence <= through; sequence += 1) file.write(markAt(sequence));
  file.close();
  return path;
}

it('gives back the newest record, also when a reopened file goes on', () => {
  for (const through of [1, 2, 3, 4]) expect(MarkFile.read(written(through))).toEqual(markAt(through));
  const path = written(3);
  const file = new MarkFile(path);
  file.write(markAt(4));
  file.close();
  expect(MarkFile.read(path)).toEqual(markAt(4));
});

it('falls back to the other record when the newest is damaged anywhere', () => {
  for (let byte = 0; byte < 36; byte += 1) {
    const path = written(4);
    flipBit(path, byte, byte % 8);
    expect(MarkFile.read(path)).toEqual(markAt(3));
  }
});

it('names its file when it cannot be written', () => {
  const path = join(temporary(), 'mark');
  const file = new MarkFile(path);
  file.close();
  expect(faultOf(() => file.write(markAt(1)))).toMatchObject({ kind: 'disk', file: path });
});

it('says nothing when there is no file, or nothing readable in it', () => {
  expect(MarkFile.read(join(temporary(), 'mark'))).toBeUndefined();
  const path = written(4);
  writeFileSync(path, readFileSync(path).fill(0xff));
  expect(MarkFile.read(path)).toBeUndefined();
  writeFileSync(path, '');
  expect(MarkFile.read(path)).toBeUndefined();
});
