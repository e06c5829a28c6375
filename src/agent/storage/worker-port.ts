import { parentPort } from 'node:worker_threads';
import { StorageFault } from './storage-fault.ts';
import type { PlainFailure, WorkerReply, WorkerRequest } from './worker-client.ts';

/** The other end of `WorkerClient`: answers one job after the other. */
export function serveJobs<Job, Result>(work: (job: Job) => Result | Promise<Result>): void {
  const port = parentPort;
  if (port === null) throw new Error('not a worker');
  let last: Promise<void> = Promise.resolve();
  port.on('message', ({ id, job }: WorkerRequest<Job>) => {
    last = last.then(async () => {
      let reply: WorkerReply<Result>;
      try {
        reply = { id, ok: true, result: await work(job) };
      } catch (error) {
        reply = { id, ok: false, ...described(error) };
      }
      port.postMessage(reply);
    });
  });
}

function described(error: unknown): PlainFailure {
  if (error instanceof StorageFault) {
    const { kind, file, whatHappened, whatToDo } = error;
    return { kind: 'fault', fault: { kind, file, whatHappened, whatToDo } };
  }
  if (!(error instanceof Error)) return { kind: 'error', message: String(error), code: '' };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return { kind: 'error', message: error.message, code };
}
