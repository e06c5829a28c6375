import { type SynodClient, SynodError, type WriteOptions } from '../../client/index.ts';
import { Failure } from '../command.ts';
import { LockHolder } from './lock-holder.ts';
import { type Step, sinceMs } from './step.ts';

const LOCK = '/demo/jobs/_lockable';
const KEY = `${LOCK}/state`;

export const locks: Step = {
  name: 'locks',
  title: 'A lock whose holder dies, and its late write',
  why: 'A lock belongs to the session of its holder, and comes with a fencing token: the slot of the grant, so that a later holder has a higher one. When the holder dies, its session ends a TTL later and the next in the queue is granted the lock. What the dead one had on its way may still arrive: its token is stale by then, and it is refused.',
  run: async (cell, tell) => {
    const signal = cell.stop;
    const args = [LOCK, '--ttl', '2s', '--owner', 'ada'];
    const ada = await LockHolder.start([...args, ...cell.endpoints.flatMap((each) => ['--endpoint', each])], signal);
    try {
      await tell.done(`synod ${['lock', ...args].join(' ')} &   # a program of its own, pid ${ada.pid}`);
      await tell.seen(`ada holds the lock with fencing token ${ada.fencingToken}.`);
      const client = cell.clientOf((await cell.leader()).agent);
      const session = await client.openSession({ owner: 'bruno', signal });
      const { promise: queued, resolve: isQueued } = Promise.withResolvers<number>();
      const lock = client.lock(LOCK, { session, owner: 'bruno' });
      const granted = lock.acquire({ signal, onQueued: isQueued });
      const position = await Promise.race([queued, granted.then(() => 0)]);
      await tell.seen(`bruno wants it too: number ${position} in the queue.`);
      await ada.kill();
      const startMs = performance.now();
      await tell.done(`kill -9 ${ada.pid}   # ada`);
      const held = await granted;
      const tookMs = sinceMs(startMs);
      await tell.seen(`bruno holds it ${tookMs} ms later, with fencing token ${held.fencingToken}.`);
      await client.put(KEY, 'by bruno', { ...held.writing, signal });
      await tell.seen(`bruno writes ${KEY}.`);
      const dead = client.joinSession(ada.sessionId, { take: () => 1 });
      const inItsSession = await refusal(client, { session: dead, fencingToken: ada.fencingToken, signal });
      await tell.seen(`A write of ada arrives late. Refused: ${inItsSession.message}`);
      const withItsToken = await refusal(client, { session, fencingToken: ada.fencingToken, signal });
      await tell.seen(`Somebody passes it on for ada, with its token. Refused: ${withItsToken.message}`);
      await session.end({ signal });
      return {
        tokens: [ada.fencingToken, held.fencingToken],
        tookMs,
        refusals: [inItsSession.reason, withItsToken.reason],
      };
    } finally {
      await ada.kill();
    }
  },
};

async function refusal(client: SynodClient, options: WriteOptions): Promise<SynodError> {
  try {
    await client.put(KEY, 'by ada, late', options);
  } catch (error) {
    if (error instanceof SynodError && error.effect === 'not_done') return error;
    throw error;
  }
  throw new Failure('a write with a stale fencing token was not refused');
}
