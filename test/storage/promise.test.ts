// Guards that an agent never knows what is chosen without the promise that belongs to it: where a power failure keeps a
// flushed state and loses the commits of the log before it, the promise is found in the state.
import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { fill, filled, open, temporary, verifyContents } from './support.ts';

const LOG_FILES = ['log.db', 'mark'];

function copyLog(from: string, to: string): void {
  for (const name of LOG_FILES) copyFileSync(join(from, name), join(to, name));
}

it('takes the promise from the state when the log has lost it, and writes it down', async () => {
  const directory = await filled(20);
  const aside = join(temporary(), 'log');
  mkdirSync(aside);
  copyLog(directory, aside);
  const promised = { round: 60, agentId: 'leader' };
  const storage = open(directory);
  storage.logDisk.commit({ promised });
  await fill(storage, 21, 30);
  await storage.close();
  copyLog(aside, directory);

  for (let start = 0; start < 2; start += 1) {
    const again = open(directory);
    expect(again.durable).toMatchObject({ promised, floor: 31, end: 30, base: { slot: 30 } });
    verifyContents(again);
    await again.close();
  }
});

it('does not lower the promise of the log to that of an older state', async () => {
  const directory = await filled(20);
  const storage = open(directory);
  const promised = { round: 60, agentId: 'leader' };
  storage.logDisk.commit({ promised });
  await storage.close();
  const again = open(directory);
  expect(again.durable).toMatchObject({ promised, floor: 1, end: 20 });
  await again.close();
});
