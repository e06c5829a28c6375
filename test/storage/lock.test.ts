// Guards that one process owns a state directory: two would vote twice with one identity.
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { faultOf, open, startWriter, temporary } from './support.ts';

it('refuses a second process with the pid of the first, and frees the directory when that one is killed', async () => {
  const directory = join(temporary(), 'state');
  const holder = startWriter(directory, { kind: 'hold' });
  const pid = await holder.line('open');
  const fault = faultOf(() => open(directory));
  expect(fault.kind).toBe('taken');
  expect(fault.message).toContain(`process ${pid}`);
  holder.process.kill('SIGKILL');
  await holder.ended;
  await open(directory).close();
});

it('refuses a second opening by the same process', async () => {
  const directory = join(temporary(), 'state');
  const storage = open(directory);
  expect(faultOf(() => open(directory)).message).toContain(`process ${process.pid}`);
  await storage.close();
  await open(directory).close();
});
