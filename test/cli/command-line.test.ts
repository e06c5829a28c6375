/** Guards the command line itself: help, flags, mistakes in one line with what to do, and exit codes. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { flagsOf } from '../../src/cli/parse.ts';
import { REGISTERED } from '../../src/cli/registry.ts';
import { suggest } from '../../src/command-line/suggest.ts';
import {
  formatBytes,
  formatDuration,
  parseDuration,
  parseDurations,
  parseLabels,
} from '../../src/command-line/values.ts';
import { eventually } from '../support/eventually.ts';
import { runCli } from '../support/run-cli.ts';
import { StubCell } from '../support/stub-cell.ts';
import { SynodProcess } from '../support/synod-process.ts';

let cell: StubCell;

beforeAll(async () => {
  cell = await StubCell.start(2);
});

afterAll(() => cell.stop());

describe('help', () => {
  test('the overview names every command', async () => {
    for (const args of [['--help'], ['-h'], ['help']]) {
      const { code, stdout } = await runCli(args);
      expect(code).toBe(0);
      for (const { name, summary } of REGISTERED)
        expect(stdout).toMatch(new RegExp(`^  ${name} +${summary.slice(0, 9)}`, 'm'));
    }
  });

  test('nothing at all is wrong usage, and shows the overview', async () => {
    expect(await runCli([])).toMatchObject({ code: 64, stdout: '', stderr: expect.stringMatching(/synod try/) });
  });

  test.each(REGISTERED.map(({ name }) => name))('%s explains itself, its flags, and shows examples', async (name) => {
    const command = await REGISTERED.find((registered) => registered.name === name)!.load();
    expect(command.name).toBe(name);
    const { code, stdout } = await runCli([name, '--help']);
    expect(code).toBe(0);
    expect(await runCli(['help', name])).toEqual({ code, stdout, stderr: '' });
    for (const flag of flagsOf(command)) expect(stdout).toContain(`--${flag.name}`);
    expect(command.summary).toBe(REGISTERED.find((registered) => registered.name === name)!.summary);
    expect(command.examples.length).toBeGreaterThan(0);
    for (const subcommand of command.subcommands ?? []) {
      expect((await runCli([name, subcommand.name, '--help'])).stdout).toContain(
        `Usage\n  synod ${name} ${subcommand.name}`,
      );
    }
  });

  test('a command answers to its other names as well', async () => {
    expect(await runCli(['consensus', '--help'])).toEqual(await runCli(['demo', '--help']));
    expect((await runCli(['--help'])).stdout).toContain('in this terminal. Also called consensus.');
    const { stdout } = await runCli(['completion', 'bash']);
    expect(stdout).toContain("    'consensus') flags='--yes ");
    expect((await runCli(['consesus'])).stderr).toContain('did you mean "synod consensus"?');
  });

  test('the version is that of the package', async () => {
    expect((await runCli(['--version'])).stdout).toMatch(/^synod \d+\.\d+\.\d+\n$/);
  });
});

describe('mistakes', () => {
  test.each([
    [['gte', '/a'], 'unknown command "gte"; did you mean "synod get"?'],
    [['frobnicate'], 'unknown command "frobnicate"; see synod --help'],
    [['members', 'lst'], 'unknown command "lst"; did you mean "synod members list"?'],
    [['--quorum', 'get'], 'unknown flag before the command "--quorum"; see synod --help'],
    [
      ['snapshot', 'restore', 'x'],
      'restore founds a new cell without what was written after the snapshot; say so with --new-cell',
    ],
    [['snapshot'], 'synod snapshot needs one of: save, restore'],
    [['get', '/a', '--quorm', 'all'], 'unknown flag --quorm; did you mean --quorum?'],
    [['get', '/a', '--xyzzy'], 'unknown flag --xyzzy; see synod get --help'],
    [['get', '/a', '-x'], 'unknown flag -x; see synod get --help; a value that begins with a dash goes after --'],
    [['get'], 'KEY is missing: synod get KEY'],
    [['get', '/a', '/b'], '"/b" is one argument too many: synod get KEY'],
    [['get', '/a', '--quorum', 'some'], '--quorum: "some" is none of local, majority, all'],
    [['get', '/a', '--quorum'], '--quorum needs a value: --quorum local|majority|all'],
    [['get', '/a', '--endpoint', '--quorum'], '--endpoint needs a value: --endpoint HOST:PORT'],
    [['get', '/a', '--revision', 'new'], '--revision: "new" is not a whole number'],
    [['get', '/a', '--revision', '1', '--revision', '2'], '--revision is given twice'],
    [
      ['get', '/a', '--endpoint', 'nowhere'],
      '--endpoint: "nowhere" is not an address: expected HOST:PORT, such as 127.0.0.1:50101',
    ],
    [['get', '/a', '--timeout', '5'], '--timeout: "5" is not a duration; write 5s for seconds'],
    [['get', '/a', '--timeout', 'soon'], '--timeout: "soon" is not a duration; use 500ms, 60s, 5m or 1h'],
    [['del', '/a', '--prefix=maybe'], '--prefix takes no value'],
    [['simulate', '--agents', '9'], '--agents: 9 is not between 3 and 7'],
    [['get', '/a', '-w', 'xml'], '--write-out: "xml" is none of table, json'],
  ])('synod %j', async (args, line) => {
    expect(await runCli(args)).toEqual({ code: 64, stdout: '', stderr: `synod: ${line}\n` });
  });
});

describe('flags', () => {
  const get = (...args: string[]) => runCli(['put', '/a', 'x', ...args]);

  test('with dashes or underscores, with a space or an equals sign, before or after', async () => {
    const [endpoint] = cell.endpoints;
    for (const args of [
      ['--endpoint', endpoint!],
      [`--endpoint=${endpoint}`],
      ['--logtostderr', `--endpoint=${endpoint}`],
    ]) {
      expect((await get(...args)).code).toBe(0);
    }
    expect((await runCli(['put', `--write_out=json`, '--endpoint', endpoint!, '/a', 'x'])).stdout).toMatch(/^\{/);
    expect((await runCli(['put', '-wjson', '--endpoint', endpoint!, '/a', 'x'])).stdout).toMatch(/^\{/);
  });

  test('a port alone is on this machine', async () => {
    expect((await get('--endpoint', `:${cell.endpoints[0]!.split(':')[1]}`)).code).toBe(0);
  });

  test('endpoints come from the environment, and the next is asked when one is down', async () => {
    const env = { SYNOD_ENDPOINTS: `127.0.0.1:1,${cell.endpoints[1]}` };
    expect((await runCli(['put', '/a', 'x'], { env })).code).toBe(0);
    expect((await get('--endpoint', '127.0.0.1:1', '--endpoint', cell.endpoints[1]!)).code).toBe(0);
    expect((await runCli(['put', '/a', 'x'], { env: { SYNOD_ENDPOINTS: 'x' } })).stderr).toContain(
      'SYNOD_ENDPOINTS: "x" is not',
    );
  });
});

describe('exit codes', () => {
  test('2 when the cell cannot be reached, with what to do', async () => {
    const { code, stderr } = await runCli(['get', '/a', '--endpoint', '127.0.0.1:1', '--timeout', '300ms']);
    expect(code).toBe(2);
    expect(stderr).toBe(
      'synod: cannot reach 127.0.0.1:1: nothing listens there. Start a cell with "synod try", or name its agents with --endpoint HOST:PORT\n',
    );
  });

  test('1 when it refuses, with its words', async () => {
    const { code, stderr } = await runCli(['put', '/refused', 'x', '--endpoint', cell.endpoints[0]!]);
    expect({ code, stderr }).toEqual({ code: 1, stderr: 'synod: no such place\n' });
  });

  test('an unknown outcome is told', async () => {
    for (const agent of cell.agents) for (let n = 0; n < 30; n++) agent.fault('put', { kind: 'dropAnswer' });
    const args = [
      'put',
      '/a',
      'x',
      '--timeout',
      '2s',
      ...cell.endpoints.flatMap((endpoint) => ['--endpoint', endpoint]),
    ];
    const { code, stderr } = await runCli(args);
    expect(code).toBe(2);
    expect(stderr).toContain('; whether it was written is not known.');
  });
});

test('Ctrl-C ends a command, also one that waits for its input', async () => {
  const cell = await StubCell.start(1);
  const stop = new AbortController();
  const endless = new PassThrough();
  const waiting = runCli(['put', '/a', '-', '--endpoint', cell.endpoints[0]!], { stdin: endless, stop: stop.signal });
  stop.abort();
  expect(await waiting).toEqual({ code: 130, stdout: '', stderr: 'synod: interrupted\n' });
  cell.agents[0]!.fault('put', { kind: 'silence' });
  const asked = new AbortController();
  const asking = runCli(['put', '/a', 'x', '--endpoint', cell.endpoints[0]!], { stop: asked.signal });
  await eventually(() => expect(cell.agents[0]!.count('put')).toBe(1));
  asked.abort();
  expect(await asking).toMatchObject({
    code: 130,
    stderr: 'synod: interrupted; whether it was written is not known\n',
  });
  cell.stop();
});

test('the most similar name is suggested, a different one is not', () => {
  const names = ['endpoint', 'quorum', 'revision', 'write-out'];
  expect(suggest('quroum', names)).toBe('quorum');
  expect(suggest('rev', names)).toBe('revision');
  expect(suggest('endpoints', names)).toBe('endpoint');
  expect(suggest('zzzzzz', names)).toBeUndefined();
});

test('durations, labels and sizes', () => {
  expect(['500ms', '60s', '5m', '1h30m', '1.5s'].map((text) => parseDuration(text, 'x'))).toEqual([
    500, 60_000, 300_000, 5_400_000, 1_500,
  ]);
  for (const text of ['', '5', 's', '5 s', '-5s', '5sx', '1m1'])
    expect(() => parseDuration(text, 'x')).toThrow(/is not a duration/);
  expect(parseDurations('500ms-1s', 'x')).toEqual([500, 1_000]);
  for (const text of ['500ms', '1s-', '-1s', '1s-2s-3s', '2s-1s', '1s-1s'])
    expect(() => parseDurations(text, 'x')).toThrow(/x: "/);
  expect(parseLabels(['region=west', 'a=b=c', 'empty='])).toEqual({ region: 'west', a: 'b=c', empty: '' });
  expect(() => parseLabels(['region'])).toThrow('write key=value, such as region=west');
  expect([5, 61_000, 3_700_000, 90_000_000].map(formatDuration)).toEqual(['5ms', '1m1s', '1h1m', '1d1h']);
  expect([5, 2_048, 5_000_000].map(formatBytes)).toEqual(['5 B', '2.0 KiB', '4.8 MiB']);
});

test('an agent refuses a pace at which it could not keep a leader', async () => {
  for (const [flag, range, because] of [
    ['--heartbeat', '5ms', 'at least 10ms'],
    ['--election-timeout', '150ms-300ms', 'at least two heartbeats, 200ms'],
  ] as const) {
    const { code, stderr } = await runCli(['agent', flag, range]);
    expect({ code, stderr }).toEqual({ code: 64, stderr: expect.stringContaining(`${flag}: ${because}`) });
  }
});

test('simulate runs seeds one after the other, and the same seed is the same run', async () => {
  const simulate = async (...args: string[]) => {
    const { code, stdout } = await runCli(['simulate', '--for', '5s', '--agents', '3', '-w', 'json', ...args]);
    expect(code).toBe(0);
    return stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
  };
  const several = await simulate('--seed', '11', '--seeds', '2');
  expect(several).toMatchObject([
    { seed: 11, ok: true },
    { seed: 12, ok: true },
  ]);
  const [again] = await simulate('--seed', '12');
  expect(again.traceHash).toBe(several[1].traceHash);
  expect(again.traceHash).not.toBe(several[0].traceHash);
});

describe('completion', () => {
  const complete = (script: string, words: readonly string[]) => {
    const quoted = words.map((word) => `'${word}'`).join(' ');
    const line = `${script}\nCOMP_WORDS=(${quoted}); COMP_CWORD=${words.length - 1}; _synod; echo "\${COMPREPLY[*]}"`;
    return execFileSync('bash', ['-c', line], { encoding: 'utf8' }).trim().split(' ');
  };

  test('bash completes commands, subcommands, flags and choices', async () => {
    const { stdout } = await runCli(['completion', 'bash']);
    expect(complete(stdout, ['synod', 'me'])).toEqual(['members']);
    expect(complete(stdout, ['synod', 'members', 're'])).toEqual(['remove', 'replace']);
    expect(complete(stdout, ['synod', 'get', '/a', '--qu'])).toEqual(['--quorum']);
    expect(complete(stdout, ['synod', 'get', '/a', '--quorum', ''])).toEqual(['local', 'majority', 'all']);
    expect(complete(stdout, ['synod', 'put', '/a', 'b', '--quorum', ''])).toEqual(['majority', 'all']);
    expect(complete(stdout, ['synod', 'queue', 'show', '/a', '-w', 'j'])).toEqual(['json']);
    expect(complete(stdout, ['synod', 'members', 'remove', '--exp'])).toEqual(['--expected-epoch']);
  });

  test('zsh and fish get theirs', async () => {
    expect((await runCli(['completion', 'zsh'])).stdout).toMatch(/^#compdef synod\n/);
    const { stdout } = await runCli(['completion', 'fish']);
    expect(stdout).toContain("complete -c synod -n __fish_use_subcommand -a get -d 'Read a key.'");
    expect(stdout).toContain("-l quorum -x -a 'local majority all'");
  });
});

test.runIf(existsSync('/dev/full'))('output that cannot be written is said in one line', async () => {
  const process = new SynodProcess(['--version'], {}, ['sh', '-c', 'exec "$@" > /dev/full', 'sh']);
  expect(await process.ended).toMatchObject({ code: 1 });
  expect(process.stderr).toBe('synod: cannot write the output: the disk is full\n');
});
