/** Guards the command line of the app: the flags of `synod agent`, its own, and indifference to those of Chromium. */
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/command-line/flag.ts';
import { readCommandLine } from '../../src/main/command-line.ts';

const ENV = { HOME: '/home/anna' };

describe('the command line of the app', () => {
  it('takes what the agent takes', () => {
    const { agent, hasWindow } = readCommandLine(
      ['--state_dir=/tmp/a', '--grpc-addr', ':50105', '--peer', 'b:1', '--peer=c:2', '--label', 'region=west'],
      ENV,
    );
    expect(agent).toMatchObject({
      stateDir: '/tmp/a',
      grpcAddr: '127.0.0.1:50105',
      peers: ['b:1', 'c:2'],
      labels: { region: 'west' },
    });
    expect(hasWindow).toBe(true);
  });

  it('has the state where the command line has it', () => {
    expect(readCommandLine([], ENV).agent.stateDir).toBe('/home/anna/.local/state/synod/agent');
  });

  it('can go without a window', () => {
    expect(readCommandLine(['--no-window'], ENV).hasWindow).toBe(false);
  });

  it('leaves the switches of Chromium and of the system to them', () => {
    const args = [
      '/app',
      '--ozone-platform=headless',
      '--no-sandbox',
      '--inspect=0',
      '-psn_0_1',
      '--type=x',
      '--no-window',
    ];
    expect(readCommandLine(args, ENV).hasWindow).toBe(false);
  });

  it('does not let a mistyped flag pass for one of theirs', () => {
    expect(() => readCommandLine(['--state-dri', '/tmp/a'], ENV)).toThrow(
      new UsageError('unknown flag --state-dri; did you mean --state-dir?'),
    );
  });

  it('finds the link that was opened', () => {
    expect(readCommandLine(['/app', 'synod://join?peer=a:1'], ENV).link).toBe('synod://join?peer=a:1');
    expect(readCommandLine(['/app'], ENV).link).toBeUndefined();
  });
});
