/**
 * Runs in a worker thread and looks at the main thread through the inspector: it works while the main loop is blocked,
 * which is when it is needed most. Nothing here may wait for the main thread without a time limit.
 */
import { type Debugger, Session } from 'node:inspector/promises';
import { parentPort, workerData } from 'node:worker_threads';
import type { CallStack, StackFrame, WorkerReply, WorkerRequest, WorkerStart } from './introspection-protocol.ts';

/** Running JavaScript is interrupted within microseconds; a thread that has not paused by then is idle or in native code. */
const PAUSE_WAIT_MS = 500;
/** The main thread raises its counter far more often while its loop turns, also on a machine that has too much to do. */
const TURN_WAIT_MS = 2_000;
const TURN_LOOK_MS = 25;
const WATCH_INTERVAL_MS = 100;

const port = parentPort!;
const turns = new Int32Array((workerData as WorkerStart).turns);
const session = new Session();
session.connectToMainThread();

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const reply = (message: WorkerReply): void => port.postMessage(message);

let watching: NodeJS.Timeout | undefined;
/** One look at a time: pausing while a profile runs would profile the pause. */
let queue: Promise<void> = Promise.resolve();

port.on('message', (request: WorkerRequest) => {
  switch (request.kind) {
    case 'callStack':
      enqueue(request.id, async () => reply({ kind: 'callStack', id: request.id, stack: await takeCallStack() }));
      return;
    case 'cpuProfile':
      enqueue(request.id, async () => {
        const profile = await takeCpuProfile(request.durationMs, request.samplingMicros);
        reply({ kind: 'cpuProfile', id: request.id, profile });
      });
      return;
    case 'watch':
      watch(request.blockedAfterMs);
      return;
  }
});

function enqueue(id: number, work: () => Promise<void>): void {
  queue = queue.then(work).catch((error: Error) => reply({ kind: 'failed', id, message: error.message }));
}

async function takeCallStack(): Promise<CallStack> {
  const turnsBefore = Atomics.load(turns, 0);
  /** Frames name their script by id only; enabling the debugger tells the address of each. */
  const urls = new Map<string, string>();
  session.on('Debugger.scriptParsed', ({ params }) => urls.set(params.scriptId, params.url));
  const paused = new Promise<Debugger.CallFrame[]>((resolve) => {
    session.once('Debugger.paused', ({ params }) => resolve(params.callFrames));
  });
  // Answers to these wait until the thread runs JavaScript, so they are not awaited before the pause.
  const enabled = session.post('Debugger.enable');
  const pauseAsked = session.post('Debugger.pause');
  const frames = await Promise.race([paused, sleep(PAUSE_WAIT_MS).then(() => undefined)]);
  const atMs = Date.now();
  session.removeAllListeners('Debugger.paused');
  session.removeAllListeners('Debugger.scriptParsed');
  // Also when nothing paused yet: a pause that comes late must not leave the thread standing.
  const disabled = session.post('Debugger.disable');
  for (const answer of [enabled, pauseAsked, disabled]) answer.catch(() => undefined);
  if (frames !== undefined) {
    const described = frames.map((frame) => toFrame(frame, urls));
    return wokeForTheQuestion(described)
      ? { atMs, state: 'idle', frames: [] }
      : { atMs, state: 'running', frames: described };
  }
  return { atMs, state: (await turnedSince(turnsBefore)) ? 'idle' : 'native', frames: [] };
}

/** Whether the loop has turned since then; it is given some time to. */
async function turnedSince(turnsBefore: number): Promise<boolean> {
  const giveUpMs = performance.now() + TURN_WAIT_MS;
  while (Atomics.load(turns, 0) === turnsBefore) {
    if (performance.now() > giveUpMs) return false;
    await sleep(TURN_LOOK_MS);
  }
  return true;
}

async function takeCpuProfile(durationMs: number, samplingMicros: number): Promise<string> {
  await session.post('Profiler.enable');
  try {
    await session.post('Profiler.setSamplingInterval', { interval: samplingMicros });
    await session.post('Profiler.start');
    await sleep(durationMs);
    const { profile } = await session.post('Profiler.stop');
    return JSON.stringify(profile);
  } finally {
    await session.post('Profiler.disable');
  }
}

/** Takes one stack for each time that the loop stands still for longer than `blockedAfterMs`. */
function watch(blockedAfterMs: number): void {
  clearInterval(watching);
  let seen = Atomics.load(turns, 0);
  let seenAtMs = performance.now();
  let reported = false;
  watching = setInterval(() => {
    const now = Atomics.load(turns, 0);
    if (now !== seen) {
      seen = now;
      seenAtMs = performance.now();
      reported = false;
      return;
    }
    const blockedMs = performance.now() - seenAtMs;
    if (reported || blockedMs < blockedAfterMs) return;
    reported = true;
    enqueue(0, async () => reply({ kind: 'blocked', blocked: { stack: await takeCallStack(), blockedMs } }));
  }, WATCH_INTERVAL_MS);
}

/** A thread that waits is paused where it wakes up for its next timer, before that does anything. */
function wokeForTheQuestion(frames: readonly StackFrame[]): boolean {
  return frames.length === 1 && frames[0]!.url === 'node:internal/timers';
}

function toFrame(frame: Debugger.CallFrame, urls: ReadonlyMap<string, string>): StackFrame {
  const { scriptId, lineNumber, columnNumber } = frame.location;
  return {
    function: frame.functionName || '(anonymous)',
    url: urls.get(scriptId) ?? frame.url,
    line: lineNumber + 1,
    column: (columnNumber ?? 0) + 1,
  };
}
