// Guards how agents come into a cell and stay in it: joining, names, moved addresses, coming back after a removal, and
// what is refused for good.
import { afterEach, describe, expect, test, vi } from 'vitest';
import { JoinRefused } from '../../src/agent/peer/index.ts';
import { parseAddress } from '../../src/agent/peer/ports.ts';
import { consensus, startAgent, startIn, stopAgents, type TestAgent } from './agents.ts';
import { AgreedCell } from './agreed-cell.ts';

afterEach(stopAgents);

const until = <T>(check: () => T | Promise<T>): Promise<T> => vi.waitFor(check, { timeout: 20_000, interval: 5 });
const at = (agent: TestAgent) => [parseAddress(agent.address)];

/** A cell of one agent, which has told the cell its name and address. */
async function founded(): Promise<{ cell: AgreedCell; founder: TestAgent }> {
  const cell = new AgreedCell();
  const founder = await startAgent('founder');
  cell.configure({ founder: 'voter' });
  startIn(cell, founder);
  await until(() => expect(founder.peers.nameOf('founder')).toMatch(/^A/));
  return { cell, founder };
}

describe('a newcomer', () => {
  test('becomes a learner with a name of its own, and learns who is there', async () => {
    const { cell, founder } = await founded();
    const b = await startAgent('b', { bootstrap: at(founder), labels: { region: 'west' } });
    const joined = await b.peers.join();
    expect(joined.cellId).toBe(cell.cellId);
    expect(joined.name).toMatch(/^B/);
    expect(joined.peers).toContainEqual(expect.objectContaining({ agentId: 'founder', grpcAddress: founder.address }));
    expect(cell.configuration.participants).toContainEqual({ agentId: 'b', role: 'learner' });
    startIn(cell, b);
    expect(b.peers.records()).toContainEqual(
      expect.objectContaining({ agentId: 'b', grpcAddress: b.address, labels: { region: 'west' } }),
    );
  });

  test('may ask any agent, and asks on while nobody can be reached, while nobody is in a cell, and without a majority', async () => {
    const { cell, founder } = await founded();
    const gone = await startAgent('gone');
    gone.stop();
    const asking = await startAgent('asking');
    const b = await startAgent('b', { bootstrap: [...at(gone), ...at(asking), ...at(founder)] });
    cell.writable = false;
    const joining = b.peers.join();
    await until(() => {
      const lines = b.lines.join('\n');
      expect(lines).toContain('cannot be reached');
      expect(lines).toContain('it is not part of a cell itself yet');
      expect(lines).toContain('no majority of the voters can be reached');
    });
    expect(cell.configuration.participants).toHaveLength(1);
    cell.writable = true;
    await joining;
    expect(cell.configuration.participants).toHaveLength(2);
  });

  test('may be told its own address among others', async () => {
    const { founder } = await founded();
    const own = { host: '127.0.0.1', port: 0 };
    const bootstrap = [own, ...at(founder)];
    const b = await startAgent('b', { bootstrap });
    Object.assign(own, parseAddress(b.address));
    await b.peers.join();
    expect(b.lines.join('\n')).toContain('it is this very agent');
  });

  test('that asks again keeps name and role', async () => {
    const { cell, founder } = await founded();
    const b = await startAgent('b', { bootstrap: at(founder) });
    const first = await b.peers.join();
    cell.configure({ founder: 'voter', b: 'voter' });
    const before = cell.commands.length;
    expect((await b.peers.join()).name).toBe(first.name);
    expect(cell.configuration.participants).toContainEqual({ agentId: 'b', role: 'voter' });
    expect(cell.commands).toHaveLength(before);
  });

  test('several at once get different names and all become participants', async () => {
    const { cell, founder } = await founded();
    const newcomers = await Promise.all(['b', 'c', 'd', 'e'].map((id) => startAgent(id, { bootstrap: at(founder) })));
    const joined = await Promise.all(newcomers.map(({ peers }) => peers.join()));
    expect(new Set(joined.map(({ name }) => name)).size).toBe(4);
    expect(joined.map(({ name }) => name.charAt(0)).sort()).toEqual(['B', 'C', 'D', 'E']);
    expect(cell.configuration.participants).toHaveLength(5);
  });

  test('with the directory of another cell is refused for good, and told what to do', async () => {
    const { founder } = await founded();
    const other = new AgreedCell('cell-2');
    other.configure({ b: 'voter' });
    const b = await startAgent('b', { bootstrap: at(founder) });
    startIn(other, b);
    await until(() => expect(b.fatal).toHaveLength(1));
    expect(b.fatal[0]).toMatch(/belongs to cell cell-2, but the agent at .* is of cell cell-1.*--state-dir/s);
  });

  test('with nonsense about itself is refused for good', async () => {
    const { cell, founder } = await founded();
    const b = await startAgent('b', { bootstrap: at(founder), advertise: async () => 'nowhere' });
    await expect(b.peers.join()).rejects.toThrow(JoinRefused);
    await expect(b.peers.join()).rejects.toThrow('"nowhere" has no port');
    expect(cell.configuration.participants).toHaveLength(1);
  });

  test('stops asking when it is stopped', async () => {
    const gone = await startAgent('gone');
    gone.stop();
    const b = await startAgent('b', { bootstrap: at(gone) });
    const joining = b.peers.join();
    b.stop();
    await expect(joining).rejects.toThrow('this agent is stopping');
  });
});

describe('a participant', () => {
  test('tells the cell when it has moved, and nothing when it has not', async () => {
    const { cell, founder } = await founded();
    founder.stop();
    const moved = await startAgent('founder', { labels: { rack: '7' } });
    startIn(cell, moved);
    await until(() =>
      expect(moved.peers.records()[0]).toMatchObject({ grpcAddress: moved.address, labels: { rack: '7' } }),
    );
    expect(moved.peers.nameOf('founder')).toBe(founder.peers.nameOf('founder'));
    expect(cell.commands).toHaveLength(2);
  });

  test('tells it as soon as there is a majority', async () => {
    const cell = new AgreedCell();
    cell.writable = false;
    cell.configure({ a: 'voter', b: 'voter' });
    const a = await startAgent('a');
    startIn(cell, a);
    cell.writable = true;
    await until(() => expect(a.peers.records()).toHaveLength(1));
  });

  test('that was removed while it lives asks to join again and becomes a learner', async () => {
    const { cell, founder } = await founded();
    const b = await startAgent('b', { bootstrap: at(founder) });
    await b.peers.join();
    startIn(cell, b);
    cell.configure({ founder: 'voter' });
    await until(() => expect(cell.configuration.participants).toContainEqual({ agentId: 'b', role: 'learner' }));
    expect(b.lines.join('\n')).toContain('asking to join again');
  });

  test('also when it only hears of its removal from another agent', async () => {
    const { cell, founder } = await founded();
    const b = await startAgent('b', { bootstrap: at(founder) });
    await b.peers.join();
    // What b itself has read still contains it.
    const behind = new AgreedCell(cell.cellId);
    behind.setAddress('founder', founder.peers.nameOf('founder'), founder.address);
    behind.configure({ founder: 'voter', b: 'learner' });
    startIn(behind, b);
    cell.configure({ founder: 'voter' });
    founder.peers.send('b', consensus(cell.cellId, 'founder', 'b', { kind: 'removedNotice', epoch: 3 }));
    await until(() => expect(cell.configuration.participants).toContainEqual({ agentId: 'b', role: 'learner' }));
  });
});
