// Guards how an agent ends when something failed that nobody caught: one line for people, non-zero, and never going on.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { SynodProcess } from '../support/synod-process.ts';

const THROWS_ON_SIGNAL = `data:text/javascript,${encodeURIComponent("process.on('SIGUSR2', () => { throw new Error('planted'); });")}`;

test('an agent in which something failed that nobody caught says so in its last line and exits with 1', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'synod-unexpected-'));
  const args = ['agent', '--state-dir', directory, '--grpc-addr', ':0', '--http-addr', ':0'];
  const agent = new SynodProcess(args, { NODE_OPTIONS: `--import=${THROWS_ON_SIGNAL}` });
  try {
    await agent.firstLine();
    agent.child.kill('SIGUSR2');
    expect(await agent.ended).toEqual({ code: 1, signal: null });
    const lines = agent.stderr.trimEnd().split('\n');
    expect(lines.at(-1)).toMatch(/^synod: the agent failed unexpectedly \(planted\)\. .*start the agent again/);
    // The stack is in the log, as one line of JSON, and nowhere else.
    expect(lines.filter((line) => !line.startsWith('{') && !line.startsWith('synod: '))).toEqual([]);
  } finally {
    await agent.stop();
    rmSync(directory, { recursive: true, force: true });
  }
});
