/** Guards the phases of the app: what starts an agent, what must not, and that its end is told and bounded. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Agent, AgentError, type AgentOptions } from '../../src/agent/index.ts';
import { Application, type ApplicationPorts } from '../../src/main/application.ts';
import { Beginning } from '../../src/main/beginning.ts';

let stateDir = '';
beforeEach(() => {
  stateDir = mkdtempSync(join(tmpdir(), 'synod-app-'));
});
afterEach(() => rmSync(stateDir, { recursive: true, force: true }));

class Agents {
  readonly started: AgentOptions[] = [];
  readonly closed = Promise.withResolvers<string>();
  readonly closings: unknown[] = [];
  readonly opened: string[] = [];
  demos = 0;
  wasDemo = false;
  outcome: Promise<void> = Promise.resolve();

  app(options: Partial<AgentOptions> = {}, ports: Partial<ApplicationPorts> = {}): Application {
    return new Application({ stateDir, ...options }, '1.2.3', {
      createAgent: async (given) => {
        this.started.push(given);
        await this.outcome;
        return {
          closed: this.closed.promise,
          close: async (how: unknown) => this.closings.push(how),
        } as never as Agent;
      },
      beginning: new Beginning(stateDir, join(stateDir, 'desktop')),
      demo: {
        exists: this.wasDemo,
        controlPath: '/control',
        start: async () => {
          this.demos++;
        },
        close: async () => undefined,
      },
      openExternal: async (url) => {
        this.opened.push(url);
      },
      ...ports,
    });
  }
}

const used = () => writeFileSync(join(stateDir, 'log.db'), '');

describe('the app', () => {
  it('asks what to do when the state directory is empty', async () => {
    const agents = new Agents();
    const app = agents.app();
    await app.start();
    expect(app.state()).toMatchObject({ host: 'app', phase: 'choosing', version: '1.2.3', stateDir, link: null });
    expect(agents.started).toEqual([]);
  });

  it('resumes a used one', async () => {
    used();
    const agents = new Agents();
    const app = agents.app();
    const phases: string[] = [];
    app.onState(({ phase }) => phases.push(phase));
    await app.start();
    expect(phases).toEqual(['starting', 'running']);
    expect(agents.started).toHaveLength(1);
    expect(agents.demos).toBe(0);
  });

  it('does what its command line says without asking', async () => {
    const agents = new Agents();
    await agents.app({ peers: ['a:1'] }).start();
    expect(agents.started[0]?.peers).toEqual(['a:1']);
  });

  it('founds, and only once', async () => {
    const agents = new Agents();
    const app = agents.app();
    await app.begin({ choice: 'found' });
    expect(app.state().phase).toBe('running');
    await expect(app.begin({ choice: 'found' })).rejects.toThrow('this app runs an agent already');
    expect(agents.started).toHaveLength(1);
  });

  it('starts the others of a demo once its own agent runs, and again after a restart', async () => {
    const agents = new Agents();
    await agents.app().begin({ choice: 'demo' });
    expect(agents.demos).toBe(1);
    used();
    agents.wasDemo = true;
    await agents.app().start();
    expect(agents.demos).toBe(2);
    expect(agents.started.map(({ demoControl }) => demoControl)).toEqual(['/control', '/control']);
  });

  it('begins a demo without a question when its command line says so, in an empty state directory only', async () => {
    const agents = new Agents();
    await agents.app().start({ isDemo: true });
    expect(agents.demos).toBe(1);
    used();
    await agents.app().start({ isDemo: true });
    expect(agents.started).toHaveLength(2);
    expect(agents.demos).toBe(1);
  });

  it('asks again after a joining that was not finished, instead of founding a cell', async () => {
    const agents = new Agents();
    agents.outcome = new Promise(() => undefined);
    const app = agents.app();
    await app.begin({ choice: 'join', peers: ['a:1'] });
    expect(app.state()).toMatchObject({ phase: 'starting', message: 'Looking for the cell of a:1.' });
    expect(app.isLooking).toBe(true);
    used();
    const again = new Agents();
    const later = again.app();
    await later.start();
    expect(later.state()).toMatchObject({ phase: 'choosing', message: 'Joining the cell of a:1 was not finished.' });
    expect(again.started).toEqual([]);
  });

  it('resumes after a joining that was finished', async () => {
    const first = new Agents();
    const app = first.app();
    const running = new Promise((resolve) => app.onState(({ phase }) => phase === 'running' && resolve(undefined)));
    await app.begin({ choice: 'join', peers: ['a:1'] });
    await running;
    used();
    const again = new Agents();
    await again.app().start();
    expect(again.started).toHaveLength(1);
  });

  it('says in one line why an agent could not start', async () => {
    const agents = new Agents();
    agents.outcome = Promise.reject(new AgentError('the state directory is in use by process 7'));
    const app = agents.app();
    await app.begin({ choice: 'found' });
    expect(app.state()).toMatchObject({ phase: 'failed', message: 'the state directory is in use by process 7' });
    expect(app.agent).toBeUndefined();
  });

  it('says why an agent had to stop, and does not touch it again', async () => {
    const agents = new Agents();
    const app = agents.app();
    await app.begin({ choice: 'found' });
    agents.started[0]?.onFatal?.('the disk is full');
    expect(app.state()).toMatchObject({ phase: 'failed', message: 'the disk is full' });
    expect(app.agent).toBeUndefined();
    await app.close();
    expect(agents.closings).toEqual([]);
  });

  it('says that somebody else ended its agent', async () => {
    const agents = new Agents();
    const app = agents.app();
    await app.begin({ choice: 'found' });
    const failed = new Promise((resolve) => app.onState(({ phase }) => phase === 'failed' && resolve(undefined)));
    agents.closed.resolve('ended in good order');
    await failed;
    expect(app.state().message).toContain('The agent has ended in good order.');
  });

  it('hands over when it closes, once', async () => {
    const agents = new Agents();
    const app = agents.app();
    await app.begin({ choice: 'found' });
    await Promise.all([app.close(), app.close()]);
    expect(agents.closings).toEqual([{ handOver: true }]);
  });

  it('ends in good order when it is quit while its agent starts, and starts no others', async () => {
    const agents = new Agents();
    const created = Promise.withResolvers<void>();
    agents.outcome = created.promise;
    const app = agents.app();
    const begun = app.begin({ choice: 'demo' });
    const closed = app.close();
    created.resolve();
    await Promise.all([begun, closed]);
    expect(agents.closings).toEqual([{ handOver: true }]);
    expect(agents.demos).toBe(0);
  });

  it('waits for no peers when it is quit while it looks for them', async () => {
    const agents = new Agents();
    agents.outcome = new Promise(() => undefined);
    const app = agents.app();
    await app.begin({ choice: 'join', peers: ['a:1'] });
    await app.close();
    expect(agents.closings).toEqual([]);
  });

  it('does not leave its agent running when the others of a demo cannot be asked for', async () => {
    const agents = new Agents();
    const start = () => Promise.reject(new AgentError('the socket cannot be made'));
    const demo = { exists: false, controlPath: '/control', start, close: async () => undefined };
    const app = agents.app({}, { demo });
    await app.begin({ choice: 'demo' });
    expect(app.state()).toMatchObject({ phase: 'failed', message: 'the socket cannot be made' });
    expect(agents.closings).toEqual([{ handOver: true }]);
    await expect(app.begin({ choice: 'found' })).rejects.toThrow('quit and start the app again');
  });

  it('does not touch an agent that had to stop before it was known', async () => {
    const agents = new Agents();
    const created = Promise.withResolvers<void>();
    agents.outcome = created.promise;
    const app = agents.app();
    const begun = app.begin({ choice: 'found' });
    agents.started[0]?.onFatal?.('the disk is full');
    created.resolve();
    await begun;
    expect(app.state()).toMatchObject({ phase: 'failed', message: 'the disk is full' });
    expect(app.agent).toBeUndefined();
  });

  it('shows a link, does nothing with it, and forgets it', async () => {
    const agents = new Agents();
    const app = agents.app();
    app.showLink('synod://join?peer=a:1');
    expect(app.state().link?.peers).toEqual(['a:1']);
    await app.start();
    expect(agents.started).toEqual([]);
    app.showLink('synod://join?peer=--insecure');
    expect(app.state().link?.peers).toEqual(['a:1']);
    app.dismissLink();
    expect(app.state().link).toBeNull();
  });

  it('opens dashboards in the browser, and no other kind of address', async () => {
    const agents = new Agents();
    const app = agents.app();
    await app.openDashboard('http://127.0.0.1:8081');
    for (const url of ['file:///etc/passwd', 'javascript:alert(1)', 'http://a:b@c/']) {
      await expect(app.openDashboard(url)).rejects.toThrow('is not the address of a dashboard');
    }
    expect(agents.opened).toEqual(['http://127.0.0.1:8081']);
  });
});

describe('a state directory', () => {
  it('has begun when there is a log and nothing is left to join', () => {
    const folder = join(stateDir, 'desktop');
    const beginning = new Beginning(stateDir, folder);
    expect(beginning.isOver).toBe(false);
    used();
    expect(beginning.isOver).toBe(true);
    beginning.joining(['a:1']);
    expect(beginning.isOver).toBe(false);
    expect(beginning.unfinishedPeers).toEqual(['a:1']);
    beginning.finished();
    expect(beginning.isOver).toBe(true);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'joining.json'), '{"broken"');
    expect(beginning.unfinishedPeers).toEqual([]);
    expect(beginning.isOver).toBe(false);
  });
});
