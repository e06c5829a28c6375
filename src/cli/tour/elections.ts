import { type Step, sinceMs } from './step.ts';

const PATH = '/demo/services/billing';

export const elections: Step = {
  name: 'elections',
  title: 'Programs elect one of themselves',
  why: 'Several instances of a service campaign; one is elected, the others stand in line. A tenure has a number that only grows. When the session of the elected one ends, because it says so or because it was silent for too long, the next in line follows in the same slot.',
  run: async (cell, tell) => {
    const signal = cell.stop;
    const client = cell.clientOf((await cell.leader()).agent);
    const sessions = await Promise.all(
      ['billing-1', 'billing-2'].map((owner) => client.openSession({ owner, signal })),
    );
    const [first, second] = ['billing-1', 'billing-2'].map((owner, index) => {
      return client.election(PATH, { owner, session: sessions[index]! });
    });
    const tenure = await first!.campaign('10.0.0.1:80', { signal });
    await tell.seen(`billing-1 is elected: tenure ${tenure.tenure}, it proclaims 10.0.0.1:80.`);
    const following = second!.campaign('10.0.0.2:80', { signal });
    // Should the tour end before, nobody asks for it any more.
    following.catch(() => undefined);
    for await (const { queue } of second!.observe({ signal })) if (queue.length === 1) break;
    await tell.seen('billing-2 campaigns as well, and stands in line.');
    const startMs = performance.now();
    await sessions[0]!.end({ signal });
    const next = await following;
    const tookMs = sinceMs(startMs);
    await tell.done(`synod session end ${sessions[0]!.id}   # of billing-1`);
    await tell.seen(`billing-2 is elected ${tookMs} ms later: tenure ${next.tenure}, it proclaims 10.0.0.2:80.`);
    await sessions[1]!.end({ signal });
    return { tenures: [tenure.tenure, next.tenure], tookMs };
  },
};
