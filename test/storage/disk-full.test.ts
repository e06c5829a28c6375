// Guards the full disk: no acknowledgement, one line that says what to do, an exit; and with room again everything that
// was acknowledged is there.
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { open, startWriter, temporary, verifyContents } from './support.ts';

it('ends the agent without an acknowledgement, and loses nothing', async () => {
  for (const limitKib of [200, 400]) {
    const directory = join(temporary(), 'state');
    const config = { logWalFramesMax: 60, stateWalFramesMax: 30, stateDurableSlots: 40, journalKeptSlots: 10_000 };
    const writer = startWriter(directory, { kind: 'write', config }, limitKib);
    const { code, stderr } = await writer.ended;
    expect(code).toBe(1);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(stderr).toMatch(/(the disk (is full|failed)|may not grow).*(start|Start)/);
    const acked = Math.max(0, ...writer.lines.filter((l) => l.startsWith('acked')).map((l) => Number(l.slice(6))));
    const storage = open(directory, config);
    const { end } = verifyContents(storage);
    expect(acked).toBeGreaterThan(0);
    expect(end).toBeGreaterThanOrEqual(acked);
    await storage.close();
  }
});
