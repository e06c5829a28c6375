/**
 * `synod agent` with a journal so short that whoever was away for a moment needs a snapshot. Only the flags that the tests
 * here use.
 */
import { parseArgs } from 'node:util';
import { createAgent } from '../../src/agent/index.ts';

const { values } = parseArgs({
  options: {
    'state-dir': { type: 'string' },
    'grpc-addr': { type: 'string' },
    'http-addr': { type: 'string' },
    'max-voters': { type: 'string' },
    peer: { type: 'string', multiple: true },
    'until-stdin-ends': { type: 'boolean' },
    'write-out': { type: 'string', short: 'w' },
  },
  args: process.argv.slice(3),
});
const agent = await createAgent({
  stateDir: values['state-dir']!,
  grpcAddr: values['grpc-addr']!,
  httpAddr: values['http-addr']!,
  peers: values.peer ?? [],
  votersMax: Number(values['max-voters'] ?? 5),
  storage: { journalKeptSlots: 20, stateDurableSlots: 10, stateWalFramesMax: 64, logWalFramesMax: 64 },
});
const end = async (): Promise<void> => {
  await agent.close({ handOver: true });
  process.exit();
};
process.once('SIGTERM', end);
process.stdin.once('end', end).resume();
const { agentId, cellId, grpcAddress, httpAddress, stateDir } = agent;
while (agent.name === '') await new Promise((resolve) => setTimeout(resolve, 10));
const ready = { name: agent.name, agentId, cellId, pid: process.pid, grpcAddress, httpAddress, stateDir };
process.stdout.write(`${JSON.stringify(ready)}\n`);
