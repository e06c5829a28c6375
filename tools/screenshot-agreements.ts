import type { Session, SynodClient } from '../src/client/index.ts';

const TTL_MS = 20_000;
/** Longer than it takes to take all pictures. */
const VOTE_MS = 3_600_000;

/** Programs that stand for election, wait at barriers and vote; the client renews their sessions until it is closed. */
export async function agreeOnThings(client: SynodClient): Promise<void> {
  const session = (owner: string): Promise<Session> => client.openSession({ owner, ttlMs: TTL_MS });
  await standForElection(client, session);
  await waitAtBarriers(client, session);
  await voteOnValues(client, await session('deployer'));
}

type Opened = (owner: string) => Promise<Session>;

async function standForElection(client: SynodClient, session: Opened): Promise<void> {
  const standFor = async (path: string, owner: string) => {
    const election = client.election(path, { session: await session(owner), owner });
    return election.campaign(`${owner}.internal:8443`);
  };
  await standFor('/services/billing', 'billing-1');
  // They wait in line until the client is closed.
  for (const owner of ['billing-2', 'billing-3']) standFor('/services/billing', owner).catch(() => undefined);
  await (await standFor('/services/search', 'search-1')).resign();
  await standFor('/services/search', 'search-2');
  await (await standFor('/services/mail', 'mail-1')).resign();
  for (let part = 1; part <= 4; part += 1) await standFor(`/jobs/nightly/part-${part}`, `nightly-${part}`);
}

async function waitAtBarriers(client: SynodClient, session: Opened): Promise<void> {
  const [first, second, third] = await Promise.all(['loader-1', 'loader-2', 'loader-3'].map(session));
  const loaders = [first!, second!, third!];
  const members = loaders.map(({ id }) => id);
  const at = (path: string, arriving?: Session) =>
    client.barrier(path, arriving === undefined ? {} : { session: arriving });
  const arrive = (path: string, arriving: Session) => at(path, arriving).await();
  await at('/stages/publish').create({ threshold: { count: 2 }, isOpen: true, isArmed: false });
  await at('/stages/cut').create({
    ...{ members, threshold: { percent: 60 }, isArmed: false, next: '/stages/publish' },
    ...{ timeoutMs: VOTE_MS, onTimeout: 'release' as const },
  });
  await at('/stages/load').create({ members, next: '/stages/cut' });
  // They wait until the client is closed.
  arrive('/stages/load', first!).catch(() => undefined);
  arrive('/stages/load', second!).catch(() => undefined);
  arrive('/stages/cut', third!).catch(() => undefined);
  await at('/release/train').create({ threshold: { count: 2 }, isOpen: true });
  await Promise.all([arrive('/release/train', first!), arrive('/release/train', second!)]);
  await at('/release/old').create({ members, onDeath: 'shrink' });
  await at('/release/old').break({ by: 'carla', why: 'superseded by /release/train' });
}

async function voteOnValues(client: SynodClient, session: Session): Promise<void> {
  const electorate = ['ann', 'bob', 'cleo', 'dora', 'emil'];
  const owner = 'deployer';
  const options = { session, owner, electorate, timeoutMs: VOTE_MS };
  const flag = await client.propose('/features/new-checkout', 'true', { ...options, why: 'tested for two weeks' });
  for (const voter of electorate.slice(0, 3)) await flag.vote(true, { voter });
  const pool = await client.propose('/config/database/pool', '{ "max": 512 }', { ...options, why: 'queue is long' });
  for (const voter of electorate.slice(1, 4)) await pool.vote(false, { voter });
  const late = await client.propose('/config/api/maintenance', 'true', { session, owner, timeoutMs: 100 });
  await late.decided();
  const mistake = await client.propose('/config/api/limit', '{}', options);
  await mistake.withdraw({ by: 'carla', why: 'wrong key' });
  const limits = { requestsPerMinute: 1_200, burst: 120, regions: ['eu-west', 'us-east', 'ap-south'] };
  const text = JSON.stringify(limits, null, 2);
  const pending = await client.propose('/config/api/limits', text, {
    ...options,
    why: 'the autumn sale begins on Friday',
  });
  for (const voter of ['ann', 'cleo']) await pending.vote(true, { voter });
  await pending.vote(false, { voter: 'dora' });
}
