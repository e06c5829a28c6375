// A program that looks at itself; the test runs it in a process of its own, because it blocks its loop.

import { Introspection } from '../../src/agent/observe/introspection.ts';
import type { CallStack } from '../../src/agent/observe/introspection-protocol.ts';

const logger = { level: 'info', info: () => {}, warn: () => {}, error: () => {} };
const introspection = new Introspection(logger);

function spinForTheTest(ms: number): number {
  let turns = 0;
  for (const end = performance.now() + ms; performance.now() < end; turns++);
  return turns;
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const say = (name: string, value: unknown): void => console.log(JSON.stringify({ name, value }));

say('idle', await introspection.callStack());

// A stack is a sample: where the machine gives the worker no time while this spins, it comes too late and is taken again.
let live: CallStack | undefined;
while (!live?.frames.some((frame) => frame.function === spinForTheTest.name)) {
  const asked = introspection.callStack();
  spinForTheTest(1_000);
  live = await asked;
}
say('live', live);

// Longer than a busy machine lets this thread wait for its turn: that is no block of its own.
introspection.watchForBlocks(1_000);
await pause(300);
const blocked = new Promise((resolve) => introspection.onBlocked(resolve));
spinForTheTest(3_000);
say('blocked', await blocked);
say('kept', introspection.blocked.length);

const profiling = introspection.cpuProfile({ durationMs: 600 });
for (let round = 0; round < 8; round++) {
  spinForTheTest(80);
  await pause(5);
}
const profile = JSON.parse(await profiling) as { nodes: { callFrame: { url: string } }[]; samples: number[] };
say('profile', { samples: profile.samples.length, urls: profile.nodes.map(({ callFrame }) => callFrame.url) });

const file = process.argv[2]!;
await introspection.writeHeapSnapshot(file);
introspection.setLogLevel('debug');
say('level', introspection.logLevel);
await introspection.stop();
say('ended', await introspection.cpuProfile({ durationMs: 0 }).catch((error: Error) => error.message));
