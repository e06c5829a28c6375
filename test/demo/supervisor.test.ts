/**
 * Guards the supervisor of a demo cell: agents get the next ports and know whom to join, one that was killed comes back with
 * its state directory, an agent is never killed through its own page, the socket is for this user only, and whatever comes
 * over it is answered in one line or cut off.
 */
import { statSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { DemoControlClient } from '../../src/demo/index.ts';
import { eventually } from '../support/eventually.ts';
import { isRunning } from '../support/synod-process.ts';
import { DemoUnderTest, fake, refusal } from './demo-under-test.ts';

const demo = new DemoUnderTest();
const start: DemoUnderTest['start'] = (options) => demo.start(options);

test('each agent gets the next ports, joins those that run, and learns where to ask', async () => {
  const { supervisor, path } = await start();
  expect(await supervisor.addAgent()).toMatchObject({ index: 1, state: 'running', grpcAddress: '127.0.0.1:50101' });
  expect(await supervisor.addAgent()).toMatchObject({ index: 2, name: 'Name2', httpAddress: '127.0.0.1:8082' });
  const given = supervisor.serving.map((ready) => (ready as unknown as { args: string[] }).args);
  expect(given[0]).not.toContain('--peer');
  expect(given[1]!.slice(given[1]!.indexOf('--peer')).slice(0, 2)).toEqual(['--peer', '127.0.0.1:50101']);
  expect(given[1]).toContain(path);
  expect(supervisor.runningCount).toBe(2);
});

test('an agent of the cell asks over the socket; its own death is refused, that of others is not', async () => {
  const ended: string[] = [];
  const { supervisor, path } = await start({ onEnded: ({ name }, how) => ended.push(`${name} ${how}`) });
  await supervisor.addAgent();
  await supervisor.addAgent();
  const control = new DemoControlClient(path, 'id-2');
  expect(await control.call('addAgent')).toMatchObject({ index: 3, isSelf: false });
  const state = await control.call('state');
  expect(state).toMatchObject({ isDemo: true, faults: [] });
  expect(state.agents.map(({ isSelf }) => isSelf)).toEqual([false, true, false]);

  const own = await refusal(control.call('killAgent', { index: 2 }));
  expect(own).toMatchObject({ reason: 'REFUSED' });
  expect(own.message).toContain('Name2 serves this page');
  expect(isRunning(state.agents[1]!.pid)).toBe(true);
  await control.call('killAgent', { index: 1 });
  expect(isRunning(state.agents[0]!.pid)).toBe(false);
  expect(ended).toEqual(['Name1 SIGKILL']);
  expect((await refusal(control.call('killAgent', { index: 1 }))).message).toBe('Name1 is not running');
  expect((await refusal(control.call('restartAgent', { index: 3 }))).message).toBe('Name3 is running already');
  expect((await refusal(control.call('killAgent', { index: 9 }))).message).toBe(
    'there is no agent 9 in this demo cell: it has 1 to 3',
  );
  const again = await control.call('restartAgent', { index: 1 });
  expect(again).toMatchObject({ index: 1, agentId: 'id-1', state: 'running' });
  expect(again.pid).not.toBe(state.agents[0]!.pid);
});

test('the agent of the desktop app is the first, and is not ended from a page', async () => {
  const hosted = { agentId: 'id-1', name: 'Ada', grpcAddress: '127.0.0.1:1', httpAddress: '127.0.0.1:2' };
  const { supervisor } = await start({ hosted });
  expect(await supervisor.addAgent()).toMatchObject({ index: 2, grpcAddress: '127.0.0.1:50102' });
  expect(supervisor.state('id-2').agents).toMatchObject([
    { index: 1, name: 'Ada', isSelf: true, pid: process.pid },
    { index: 2, isSelf: true },
  ]);
  expect((await refusal(supervisor.killAgent(1, 'id-2'))).message).toContain('quit the app to end it');
  expect((supervisor.serving[0] as unknown as { args: string[] }).args).toContain('127.0.0.1:1');
});

test('an agent that cannot start says why, and all of them end with the supervisor', async () => {
  const { supervisor, path } = await start();
  const { pid } = await supervisor.addAgent();
  await supervisor.close();
  expect(isRunning(pid)).toBe(false);
  expect((await refusal(new DemoControlClient(path, 'id-1').call('state'))).reason).toBe('GONE');
  const failing = await start({ command: fake('fails') });
  const error = await refusal(failing.supervisor.addAgent());
  expect(error).toMatchObject({ reason: 'FAILED' });
  expect(error.message).toContain('exit code 3');
  expect(error.message).toContain('no disk');
  expect(failing.supervisor.state().agents).toMatchObject([{ index: 1, state: 'ended' }]);
});

test('what begins as no agent does is told, and ended', async () => {
  const { supervisor } = await start({ command: fake('babbles') });
  const error = await refusal(supervisor.addAgent());
  expect(error).toMatchObject({ reason: 'FAILED', message: 'an agent began with what is no JSON: Welcome!' });
  await vi.waitFor(() => expect(supervisor.runningCount).toBe(0), { timeout: 20_000 });
});

test('a supervisor that does not answer is not waited for without end', async () => {
  const path = join(demo.directory, 'deaf');
  const deaf = createServer(() => undefined).listen(path);
  const error = await refusal(new DemoControlClient(path, 'id-1', { answerMs: 20 }).call('state'));
  expect(error).toMatchObject({ reason: 'SILENT' });
  expect(error.message).toContain('has not answered for 0.02 s');
  deaf.close();
});

test('whoever has no interest any more is not waited for', async () => {
  const stop = new AbortController();
  const { supervisor } = await start({ command: fake('waits'), stop: stop.signal });
  const adding = refusal(supervisor.addAgent());
  await eventually(() => expect(supervisor.state().agents).toMatchObject([{ state: 'starting' }]));
  stop.abort();
  expect((await adding).reason).toBe('FAILED');
});

test('only this user may use the socket, and what is no request is answered or cut off', async () => {
  const { path } = await start();
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(statSync(dirname(path)).mode & 0o777).toBe(0o700);
  const say = (text: string): Promise<string> =>
    new Promise((resolve) => {
      let answer = '';
      const socket = connect(path, () => socket.write(text));
      socket.on('data', (chunk: Buffer) => {
        answer += chunk.toString();
        if (answer.endsWith('\n')) socket.end();
      });
      socket.on('error', () => undefined);
      socket.on('close', () => resolve(answer));
    });
  for (const garbage of [
    '{\n',
    '7\n',
    '{"call":"state"}\n',
    '{"call":"explode","from":"a"}\n',
    '{"call":"toString","from":"a"}\n',
    '{"call":"killAgent","from":"a","index":-1}\n',
    '{"call":"addFault","from":"a"}\n',
    '{"call":"addFault","from":"a","fault":{"kind":"explode","agents":["a"]}}\n',
    '{"call":"healFault","from":"a","id":7}\n',
  ]) {
    expect(JSON.parse(await say(garbage))).toMatchObject({ ok: false, reason: 'INVALID' });
  }
  expect(await say('x'.repeat(300_000))).toBe('');
  expect(JSON.parse(await say('{"call":"state","from":"a"}\n'))).toMatchObject({ ok: true, value: { isDemo: true } });
});

test('a directory whose name is too long for a socket gets one elsewhere', async () => {
  demo.directory = join(demo.directory, 'x'.repeat(120));
  const { path } = await start();
  expect(Buffer.byteLength(path)).toBeLessThanOrEqual(100);
  expect(await new DemoControlClient(path, '').call('state')).toMatchObject({ isDemo: true });
});
