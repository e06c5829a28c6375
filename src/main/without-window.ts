import { app } from 'electron';
import { AgentError } from '../agent/index.ts';
import { runAgent } from '../command-line/run-agent.ts';
import type { Launch } from './command-line.ts';

/** `--no-window`: what `synod agent` does, in this process. Resolves to the exit code. */
export async function runWithoutWindow({ agent, flags }: Launch): Promise<number> {
  const stop = new AbortController();
  // The system asks the app to quit by these signals, and the app its windows: both mean the agent.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop.abort());
  app.on('before-quit', (event) => {
    event.preventDefault();
    stop.abort();
  });
  const { stdin, stdout, stderr } = process;
  const json = flags.text('write-out') === 'json';
  try {
    return await runAgent(agent, { stdin, stdout, stderr, stop: stop.signal, flags, json });
  } catch (error) {
    if (!(error instanceof AgentError)) throw error;
    stderr.write(`synod: ${error.message}\n`);
    return 1;
  }
}
