/**
 * Guards the examples, run as their readers run them, against a cell of five agents: what each claims holds while workers
 * and agents are killed and cut off.
 */
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { connect, type SynodClient } from '../../src/client/index.ts';
import { ROOT } from '../../tools/source-files.ts';
import { SynodProcess } from '../support/synod-process.ts';
import { PartitionedCell } from './partitioned-cell.ts';

const TIMEOUT_MS = 240_000;
let cell: PartitionedCell;
let client: SynodClient;
const running: SynodProcess[] = [];

beforeAll(async () => {
  cell = new PartitionedCell();
  await cell.found(5);
  // It waits where a cell seeks a leader on a busy machine.
  client = connect({ endpoints: endpoints(), timeoutMs: 60_000 });
}, TIMEOUT_MS);
afterEach(async () => {
  await Promise.all(running.splice(0).map((each) => each.stop()));
  cell.heal();
  await cell.restart(...cell.agents.filter(({ isUp }) => !isUp));
}, TIMEOUT_MS);
afterAll(async () => {
  await client.close();
  await cell.dispose();
});

/** With the agents that it may ask, those named first before all others. */
function example(file: string, args: readonly string[], first: readonly string[] = [], others = endpoints()) {
  const addresses = [...first, ...others.filter((address) => !first.includes(address))];
  const started = new SynodProcess([...args, ...addresses], {}, [], join(ROOT, 'examples', file));
  running.push(started);
  return started;
}
const endpoints = () => cell.agents.map(({ address }) => address);
const says = (process: SynodProcess, text: string) =>
  cell.until(`${process.pid} says "${text}" after:\n${process.stdout}${process.stderr}`, () =>
    process.stdout.includes(text),
  );
const inGoodOrder = async (...processes: SynodProcess[]) => {
  for (const process of processes) {
    expect(await process.ended, process.stderr).toEqual({ code: 0, signal: null });
  }
};
const text = (value: Uint8Array) => Buffer.from(value).toString();
/** Every value that the key ever had, the oldest first. */
const valuesOf = async (key: string) => {
  const { items, more } = await client.history(key, { limit: 1_000 });
  expect(more).toBe(false);
  return items.map(({ item }) => text(item.value)).reverse();
};

test(
  'leader-elected worker: one works at a time, and whoever follows goes on where the one before was',
  async () => {
    const workers = ['ada', 'bruno', 'clara'].map((name) => example('leader-elected-worker/worker.ts', [name]));
    const elected = (left: readonly SynodProcess[]) =>
      cell.until('one is elected and works', () => left.find(({ stdout }) => stdout.includes('did job')));
    const first = await elected(workers);
    first.child.kill('SIGKILL');
    const second = await elected(workers.filter((worker) => worker !== first));
    second.child.kill('SIGTERM');
    const third = await elected(workers.filter((worker) => worker !== first && worker !== second));
    third.child.kill('SIGTERM');
    await inGoodOrder(second, third);
    const done = (await valuesOf('/examples/elected/last-job')).map((value) => value.split(' '));
    expect(done.map(([, job]) => Number(job))).toEqual(done.map((_, index) => index + 1));
    const tenures = done.map((words) => Number(words.at(-1)));
    expect(tenures).toEqual(tenures.toSorted((a, b) => a - b));
    const turns = [...new Set(done.map(([, , , name, , , tenure]) => `${name} ${tenure}`))];
    expect(turns).toHaveLength(3);
  },
  TIMEOUT_MS,
);

test(
  'pipeline: no stage begins before the one before is over, also when a worker dies in it',
  async () => {
    const stage = (name: string, number: string) => example('pipeline/stage.ts', ['b1', name, number]);
    await inGoodOrder(example('pipeline/make.ts', ['b1']));
    const early = [stage('publish', '1'), stage('transform', '1'), stage('load', '1'), stage('load', '2')];
    const dying = stage('transform', '2');
    await says(dying, 'transform 2 begins');
    dying.child.kill('SIGKILL');
    await says(early[1]!, 'transform 1 has done its part');
    await inGoodOrder(stage('transform', '2'), ...early);
    const revisions: Record<string, number[]> = {};
    const published: string[] = [];
    for await (const { key, value, createRevision, modRevision } of client.scan('/examples/pipeline/b1/items/')) {
      const [, , , , , name = ''] = key.split('/');
      revisions[name] = [...(revisions[name] ?? []), createRevision, modRevision];
      if (name === 'publish') published.push(text(value));
    }
    expect(published.map(Number).toSorted((a, b) => a - b)).toEqual(Array.from({ length: 12 }, (_, i) => (i + 1) ** 2));
    expect(Math.max(...revisions.load!)).toBeLessThan(Math.min(...revisions.transform!));
    expect(Math.max(...revisions.transform!)).toBeLessThan(Math.min(...revisions.publish!));
  },
  TIMEOUT_MS,
);

test(
  'counter: nothing is lost or counted twice, whatever dies or is cut off, and all see one value',
  async () => {
    const cut = await cell.leader();
    const others = cell.agents.filter((agent) => agent !== cut);
    const started = others[0]!.client;
    const ada = example(
      'counter/node.ts',
      ['ada', '40'],
      [],
      others.map(({ address }) => address),
    );
    // It asks nobody else, so that it must wait until the partition heals.
    const bruno = example('counter/node.ts', ['bruno', '60'], [], [cut.address]);
    const clara = example(
      'counter/node.ts',
      ['clara', '1000'],
      [],
      others.map(({ address }) => address),
    );
    // Whoever was up first stands still, so that none is done before the others have begun.
    await Promise.all(
      [ada, bruno, clara].map(async (node) => {
        await says(node, 'added 4');
        node.child.kill('SIGSTOP');
      }),
    );
    cell.part([cut], others);
    clara.child.kill('SIGKILL');
    for (const node of [ada, bruno]) node.child.kill('SIGCONT');
    await inGoodOrder(ada);
    expect(bruno.stdout).not.toContain('is done');
    cell.heal();
    await inGoodOrder(bruno);

    const sumOf = (node: SynodProcess, word: 'added' | 'wants') =>
      [...node.stdout.matchAll(new RegExp(`${word} (-?\\d+)`, 'g'))].reduce((sum, [, by]) => sum + Number(by), 0);
    const certain = sumOf(ada, 'added') + sumOf(bruno, 'added') + sumOf(clara, 'added');
    // What clara had asked for when it was killed may have happened, once.
    const perhaps = sumOf(ada, 'added') + sumOf(bruno, 'added') + sumOf(clara, 'wants');
    const seen = await Promise.all(
      cell.agents.map((agent) => agent.client.get('/examples/counter/total', { timeoutMs: 60_000 })),
    );
    const values = seen.map(({ item }) => Number(text(item!.value)));
    expect(new Set(values).size).toBe(1);
    expect([certain, perhaps]).toContain(values[0]);

    const accounts: Record<string, number> = { left: 0, right: 0 };
    await using watch = started.watch({ prefix: '/examples/counter/' }, { fromRevision: 1 });
    for await (const { events, revision } of watch) {
      const revisions = new Set(events.map(({ item }) => item.modRevision));
      for (const one of revisions) {
        for (const { item } of events.filter((event) => event.item.modRevision === one)) {
          accounts[item.key.slice('/examples/counter/'.length)] = Number(text(item.value));
        }
        expect(accounts.left! + accounts.right!).toBe(0);
      }
      if (revision >= seen[0]!.item!.modRevision) break;
    }
    expect(accounts.total).toBe(values[0]);
  },
  TIMEOUT_MS,
);

test(
  'task queue: tasks wait for each other, and one whose worker dies is continued from its last checkpoint',
  async () => {
    await inGoodOrder(example('task-queue/plan.ts', []));
    const ada = example('task-queue/worker.ts', ['ada']);
    const bruno = example('task-queue/worker.ts', ['bruno']);
    await says(ada, 'begins');
    const [, left = ''] = /begins (\S+)/.exec(ada.stdout)!;
    const stepOf = async (task: string, step: number) => {
      return (await client.get(`/examples/tasks/steps/${task}/${String(step).padStart(2, '0')}`)).item;
    };
    await cell.until('it has come somewhere', async () => (await stepOf(left, 3)) !== undefined);
    ada.child.kill('SIGKILL');
    await says(bruno, 'has done report');
    bruno.child.kill('SIGTERM');
    await inGoodOrder(bruno);

    const { entries } = await client.queue('/examples/tasks/queue').entries();
    expect(entries.map(({ state }) => state)).toEqual(['done', 'done', 'done', 'done']);
    const continued = new RegExp(`continues after step (\\d+): ${left} \\(entry \\d+, attempt 2\\)`).exec(bruno.stdout);
    const known = Number(continued?.[1]);
    expect(known).toBeGreaterThanOrEqual(2);
    const revisions: Record<string, { first: number; last: number }> = {};
    for (const task of ['fetch-left', 'fetch-right', 'merge', 'report']) {
      const steps = await Promise.all(Array.from({ length: 12 }, async (_, index) => (await stepOf(task, index + 1))!));
      revisions[task] = { first: steps[0]!.createRevision, last: steps.at(-1)!.modRevision };
      // What was known to be done was not done again; the step after it may have been.
      const repeated = steps.flatMap(({ version }, index) => (version > 1 ? [index + 1] : []));
      expect(task === left ? [[], [known + 1]] : [[]]).toContainEqual(repeated);
      if (task === left) expect(text(steps[0]!.value)).toBe('ada');
    }
    const fetched = Math.max(revisions['fetch-left']!.last, revisions['fetch-right']!.last);
    expect(revisions.merge!.first).toBeGreaterThan(fetched);
    expect(revisions.report!.first).toBeGreaterThan(revisions.merge!.last);
  },
  TIMEOUT_MS,
);

test(
  'vote: the vote that decides writes the setting, whether of a service or a person, and nothing else does',
  async () => {
    const key = '/examples/vote/requests-per-second';
    const ada = example('vote/service.ts', ['ada', '500']);
    const bruno = example('vote/service.ts', ['bruno', '300']);
    await inGoodOrder(example('vote/propose.ts', ['200']));
    const disputed = example('vote/propose.ts', ['400']);
    await says(disputed, 'ada is for it');
    await says(disputed, 'bruno is against it');
    expect(await valuesOf(key)).toEqual(['200']);
    const [{ proposal } = { proposal: 0 }] = (await client.proposals({ prefix: key, withDecided: false })).proposals;
    await client.vote(proposal, true, { voter: 'carla' });
    await inGoodOrder(disputed);
    expect(disputed.stdout).toMatch(/carla is for it\naccepted: /);
    const refused = example('vote/propose.ts', ['1000']);
    await inGoodOrder(refused);
    expect(refused.stdout).toContain('rejected: ');
    await Promise.all([ada, bruno].map((service) => says(service, 'takes 400 a second')));
    for (const service of [ada, bruno]) service.child.kill('SIGTERM');
    await inGoodOrder(ada, bruno);
    expect(await valuesOf(key)).toEqual(['200', '400']);
  },
  TIMEOUT_MS,
);

test.each([
  { policy: 'again', order: '7', what: 'the next one pays again, which the bank takes for the same payment' },
  { policy: 'ask', order: '8', what: 'nobody pays again, and a person says what became of it' },
])(
  'payment, $policy: when the payer dies before its record, $what',
  async ({ policy, order }) => {
    const bank = example('payment/bank.ts', []);
    const url = await bank.firstLine();
    const payer = (name: string, pauseMs: string) => example('payment/pay.ts', [name, order, policy, pauseMs, url]);
    const dying = payer('ada', '600000');
    await says(dying, 'ada has paid: receipt 1');
    dying.child.kill('SIGKILL');
    const next = payer('bruno', '0');
    if (policy === 'again') await inGoodOrder(next);
    else {
      expect(await next.ended, next.stderr).toEqual({ code: 1, signal: null });
      expect(next.stdout).toMatch(/^ONCE_UNRESOLVED: .* ada \(session /);
      const found = { isDone: true, result: 'receipt 1', by: 'carla', why: 'it is in the book of the bank' };
      await client.onceWork.resolve(`/examples/payments/${order}`, found);
    }
    const last = payer('carla', '0');
    await inGoodOrder(last);
    expect(last.stdout).toBe(`order ${order} is paid already: receipt 1\n`);
    expect(await (await fetch(`${url}/?order=${order}`)).json()).toHaveLength(1);
  },
  TIMEOUT_MS,
);

test(
  'game: every move counts once, and all players see the same board',
  async () => {
    const players = cell.agents.map(({ address }, index) => example('game/player.ts', ['abcde'[index]!], [address]));
    const key = '/examples/game/board';
    await cell.until('some moves were made', async () => ((await client.get(key)).item?.version ?? 0) > 3);
    const [follower] = (await cell.followers()).filter((agent) => agent !== cell.agents[0]);
    await follower!.kill();
    await inGoodOrder(...players);
    const boards = await valuesOf(key);
    expect(boards).toHaveLength(36);
    let before = '.'.repeat(36);
    for (const board of boards) {
      const changed = [...board].flatMap((letter, field) => (letter === before[field] ? [] : [before[field]]));
      expect(changed).toEqual(['.']);
      before = board;
    }
    const rows = before.match(/.{6}/g)!.map((row) => [...row].join(' '));
    for (const [index, { stdout }] of players.entries()) {
      const taken = [...before].filter((letter) => letter === 'abcde'[index]).length;
      expect(stdout).toMatch(new RegExp(`took ${taken} fields`));
      expect(stdout.trimEnd().split('\n').slice(1)).toEqual(rows);
    }
  },
  TIMEOUT_MS,
);
