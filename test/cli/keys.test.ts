/** Guards what the commands on keys print, for people and for programs, and their exit codes. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type CliInput, runCli } from '../support/run-cli.ts';
import { StubCell } from '../support/stub-cell.ts';

let cell: StubCell;
let folder: string;
let root: string;
let count = 0;

beforeAll(async () => {
  cell = await StubCell.start(1);
  folder = mkdtempSync(join(tmpdir(), 'synod-cli-'));
});

beforeEach(() => {
  root = `/case${count++}`;
});

afterAll(() => {
  cell.stop();
  rmSync(folder, { recursive: true, force: true });
});

const synod = (args: readonly string[], input: CliInput = {}) =>
  runCli([...args, '--endpoint', cell.endpoints[0]!], input);
const json = async (args: readonly string[], input: CliInput = {}) => {
  const { stdout, code } = await synod([...args, '-w', 'json'], input);
  return { code, value: stdout === '' ? undefined : JSON.parse(stdout) };
};

describe('get and put', () => {
  test('the value as it is, and JSON with everything', async () => {
    expect(await synod(['put', root, 'hello'])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^version 1, revision \d+, slot \d+\n$/),
    });
    expect(await synod(['get', root])).toEqual({ code: 0, stdout: 'hello\n', stderr: '' });
    const { value } = await json(['get', root]);
    expect(Object.keys(value)).toEqual([
      ...['key', 'value', 'encoding', 'version', 'createRevision', 'modRevision', 'slot'],
    ]);
    expect(value).toMatchObject({ key: root, value: 'hello', encoding: 'utf8', version: 1 });
    expect((await json(['put', root, 'again'])).value).toMatchObject({ key: root, version: 2 });
  });

  test('bytes come from standard input and are base64 in JSON', async () => {
    const stdin = Uint8Array.of(0, 255, 1);
    expect((await synod(['put', root, '-'], { stdin })).code).toBe(0);
    expect((await json(['get', root])).value).toMatchObject({ value: 'AP8B', encoding: 'base64' });
  });

  test('a missing key is exit code 1, said on standard error', async () => {
    expect(await synod(['get', root])).toEqual({ code: 1, stdout: '', stderr: `synod: there is no key ${root}\n` });
  });

  test('a value of the past', async () => {
    await synod(['put', root, 'old']);
    const { revision } = cell.store;
    await synod(['put', root, 'new']);
    expect((await synod(['get', root, '--revision', `${revision}`])).stdout).toBe('old\n');
  });

  test('the quorum is passed on', async () => {
    await synod(['put', root, 'x', '--quorum', 'all']);
    await synod(['get', root, '--quorum=local']);
    const quorums = cell.agents[0]!.calls.slice(-4).flatMap(({ request }) => {
      const options = (request as { options?: { quorum: number } }).options;
      return options ? [options.quorum] : [];
    });
    expect(quorums).toEqual([2, 1]);
  });

  test('a value that begins with a dash goes after --', async () => {
    expect((await synod(['put', root, '-5'])).code).toBe(64);
    expect((await runCli(['put', '--endpoint', cell.endpoints[0]!, '--', root, '-5'])).code).toBe(0);
    expect((await synod(['get', root])).stdout).toBe('-5\n');
  });
});

describe('cas', () => {
  test('by value and by version; otherwise exit code 1 and what stands there', async () => {
    expect((await synod(['cas', root, '--version', '0', 'a'])).code).toBe(0);
    expect((await synod(['cas', root, 'a', 'b'])).code).toBe(0);
    const refused = await synod(['cas', root, 'a', 'c']);
    expect(refused).toEqual({ code: 1, stdout: '', stderr: `synod: ${root} is not as expected: it is b, version 2\n` });
    const { code, value } = await json(['cas', root, '--version', '7', 'c']);
    expect(code).toBe(1);
    expect(value).toMatchObject({ key: root, succeeded: false, current: { value: 'b', version: 2 } });
    expect((await json(['cas', root, '--version=2', 'c'])).value).toMatchObject({
      succeeded: true,
      current: { version: 3 },
    });
    expect((await synod(['cas', `${root}/none`, 'a', 'b'])).stderr).toContain('it does not exist');
  });

  test('the wrong number of arguments is wrong usage', async () => {
    expect((await synod(['cas', root, 'a'])).stderr).toContain('KEY OLD NEW, or KEY --version N NEW');
    expect((await synod(['cas', root, '--version', '1', 'a', 'b'])).code).toBe(64);
  });
});

describe('del', () => {
  test('one key, or all with a prefix', async () => {
    for (const name of ['a', 'b', 'c']) await synod(['put', `${root}/${name}`, 'x']);
    expect(await synod(['del', `${root}/a`])).toMatchObject({ code: 0, stdout: 'deleted 1 key\n' });
    expect(await synod(['del', `${root}/a`])).toMatchObject({ code: 0, stdout: 'deleted 0 keys\n' });
    expect((await json(['del', '--prefix', `${root}/`])).value).toMatchObject({ deleted: 2 });
  });
});

describe('ls', () => {
  test('keys, in order, with or without details', async () => {
    for (const name of ['b', 'a', 'c/d']) await synod(['put', `${root}/${name}`, '12345']);
    expect((await synod(['ls', root])).stdout).toBe(`${root}/a\n${root}/b\n${root}/c/d\n`);
    expect((await synod(['ls', root, '--limit', '1'])).stdout).toBe(`${root}/a\n`);
    const [head, first] = (await synod(['ls', '-l', root])).stdout.split('\n');
    expect(head).toMatch(/^VERSION +REVISION +SIZE +KEY$/);
    expect(first).toMatch(/^ +1 +\d+ +5 B +\/case\d+\/a$/);
    expect((await json(['ls', root])).value.items).toMatchObject([{ key: `${root}/a`, version: 1 }, {}, {}]);
  });

  test('one level of a path', async () => {
    for (const name of ['a', 'c/d', 'c/e']) await synod(['put', `${root}/${name}`, 'x']);
    expect((await synod(['ls', '--level', `${root}/`])).stdout).toBe(`${root}/a\n${root}/c/\n`);
    expect((await json(['ls', '--level', root])).value.items).toMatchObject([
      { segment: 'a', isKey: true },
      { segment: 'c', isKey: false, descendants: 2 },
    ]);
  });

  test('names cannot drive the terminal', async () => {
    await synod(['put', `${root}/\u001b[31mred`, '\u001b]0;title\u0007']);
    expect((await synod(['ls', root])).stdout).toBe(`${root}/\\x1b[31mred\n`);
    expect((await synod(['history', `${root}/\u001b[31mred`])).stdout).not.toContain('\u001b');
  });
});

describe('history', () => {
  test('newest first, deletions too', async () => {
    await synod(['put', root, 'one']);
    await synod(['put', root, 'two']);
    await synod(['del', root]);
    const lines = (await synod(['history', root])).stdout.trim().split('\n');
    expect(lines.map((line) => line.split(/ {2,}/).at(-1))).toEqual(['VALUE', '(deleted)', 'two', 'one']);
    const { value } = await json(['history', root, '--limit', '2']);
    expect(value.more).toBe(true);
    expect(value.items).toMatchObject([{ kind: 'delete' }, { kind: 'put', value: 'two', version: 2 }]);
  });

  test('of nothing is exit code 1', async () => {
    expect(await synod(['history', root])).toMatchObject({ code: 1, stderr: `synod: nothing is kept of ${root}\n` });
  });
});

describe('watch', () => {
  test('changes as lines or as JSON, until it is stopped', async () => {
    await synod(['put', `${root}/a`, 'x']);
    const from = `${cell.store.revision}`;
    await synod(['del', `${root}/a`]);
    const lines = (await synod(['watch', root, '--from-revision', from, '--limit', '2'])).stdout.split('\n');
    expect(lines).toEqual([
      expect.stringMatching(/^\d+ {2}put {5}\/case\d+\/a {2}x$/),
      expect.stringMatching(/^\d+ {2}delete {2}\/case\d+\/a$/),
      '',
    ]);
    const stop = new AbortController();
    const onOutput = (text: string) => {
      if (text.split('\n').length > 2) stop.abort();
    };
    const args = ['watch', root, '--from_revision', from, '-w', 'json', '--endpoint', cell.endpoints[0]!];
    const { code, stdout } = await runCli(args, { stop: stop.signal, onOutput });
    expect(code).toBe(0);
    expect(
      stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toMatchObject([
      { kind: 'put', key: `${root}/a`, value: 'x', encoding: 'utf8' },
      { kind: 'delete', key: `${root}/a`, version: 0 },
    ]);
  });
});

describe('txn', () => {
  const txn = (body: unknown) => synod(['txn'], { stdin: typeof body === 'string' ? body : JSON.stringify(body) });

  test('does one part or the other', async () => {
    const body = {
      compare: [{ key: root, version: 0 }],
      then: [{ put: { key: root, value: 'AP8B', encoding: 'base64' } }],
      else: [{ get: { key: root } }],
    };
    expect((await txn(body)).code).toBe(0);
    const { code, stdout } = await txn(body);
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      succeeded: false,
      results: [{ count: 1, items: [{ key: root, value: 'AP8B', encoding: 'base64' }] }],
    });
    const ranges = { compare: [{ key: root, op: '>', modRevision: 0 }], then: [{ delete: { prefix: root } }] };
    expect(JSON.parse((await txn(ranges)).stdout)).toMatchObject({ succeeded: true, results: [{ count: 1 }] });
  });

  test.each([
    ['', 'is not JSON: standard input is empty'],
    ['{', 'the transaction is not JSON'],
    [[], 'the transaction must be a JSON object'],
    [{}, 'does nothing: "then" is missing'],
    [{ them: [] }, 'unknown "them"; known are compare, then, else'],
    [{ then: {} }, '"then" must be a list'],
    [{ then: [{ put: { key: '/a' } }] }, 'then[0].put: "value" must be a string'],
    [{ then: [{ put: { key: '/a', value: '!', encoding: 'base64' } }] }, 'then[0].put: "value" is not base64'],
    [{ then: [{ write: {} }] }, 'then[0]: an operation is one of'],
    [{ then: [{ get: {} }] }, 'then[0].get: either "key" or "prefix" is needed'],
    [{ compare: [{ key: '/a' }], then: [{ get: { key: '/a' } }] }, 'compare[0]: exactly one of'],
    [
      { compare: [{ key: '/a', version: -1 }], then: [{ get: { key: '/a' } }] },
      'compare[0]: "version" must be a whole',
    ],
    [
      { compare: [{ key: '/a', version: 1, op: '>=' }], then: [{ get: { key: '/a' } }] },
      '"op" must be one of = != < >',
    ],
  ])('%j says what is wrong', async (body, expected) => {
    const { code, stderr } = await txn(body);
    expect(code).toBe(1);
    expect(stderr).toContain(expected);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });
});

describe('export and import', () => {
  test('what was exported can be imported', async () => {
    await synod(['put', `${root}/text`, 'zwei\nZeilen']);
    await synod(['put', `${root}/bytes`, '-'], { stdin: Uint8Array.of(255, 0) });
    const { stdout, stderr } = await synod(['export', root]);
    expect(stderr).toMatch(/^synod: exported 2 keys as of revision \d+\n$/);
    await synod(['del', '--prefix', root]);
    expect(await synod(['import'], { stdin: stdout })).toMatchObject({ code: 0, stdout: 'imported 2 keys\n' });
    expect((await json(['get', `${root}/bytes`])).value).toMatchObject({ value: '/wA=', encoding: 'base64' });
    expect((await synod(['get', `${root}/text`])).stdout).toBe('zwei\nZeilen\n');
  });

  test('by file; an existing file is not overwritten', async () => {
    await synod(['put', `${root}/a`, 'x']);
    const file = join(folder, 'keys.jsonl');
    expect((await synod(['export', root, '-o', file])).code).toBe(0);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ key: `${root}/a`, value: 'x' });
    expect((await synod(['export', root, '-o', file])).stderr).toContain('it exists already');
    expect((await synod(['import', file])).stdout).toBe('imported 1 key\n');
    expect((await synod(['import', join(folder, 'none')])).stderr).toContain('no such file');
  });

  test.each([
    ['nonsense', 'line 1 is not JSON'],
    ['\n{"value":"x"}', 'line 2: "key" must be a string'],
    ['{"key":"/a","value":1}', 'line 1: "value" must be a string'],
    ['{"key":"/refused","value":"x"}', 'no such place'],
  ])('%j says what is wrong', async (stdin, expected) => {
    const { code, stderr } = await synod(['import'], { stdin });
    expect(code).toBe(1);
    expect(stderr).toContain(expected);
  });
});

describe('of the cell', () => {
  test('status and members', async () => {
    const { code, stdout } = await synod(['status']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^cell +c0ffee/);
    expect(stdout).toMatch(/^leader +Ada$/m);
    expect((await json(['status'])).value).toMatchObject({ name: 'Ada', members: [{ name: 'Ada' }, {}, {}] });
    const members = (await synod(['members'])).stdout;
    expect(members).toMatch(/^NAME +ROLE +STATE/);
    expect(members).toMatch(/^Clara +voter +suspect .*region=west$/m);
    expect((await json(['members', 'list'])).value).toMatchObject({ epoch: 3, members: [{}, {}, {}] });
  });

  test('changes of members', async () => {
    expect((await synod(['members', 'remove', 'Clara'])).stdout).toBe('removed Clara; epoch 4, leader Ada\n');
    await synod(['members', 'replace', 'Dino', 'Elsa', '--expected-epoch', '3']);
    await synod(['members', 'pin', 'Ada', 'learner']);
    const changes = cell.agents[0]!.calls.filter(({ method }) => method === 'changeMembers').map(
      ({ request }) => request,
    );
    expect(changes).toMatchObject([
      { action: 1, agents: ['Clara'], expectedEpoch: 0 },
      { action: 5, agents: ['Dino', 'Elsa'], expectedEpoch: 3 },
      { action: 7, agents: ['Ada'] },
    ]);
    expect((await synod(['members', 'pin', 'Ada', 'king'])).code).toBe(64);
    expect((await synod(['members', 'remove'])).stderr).toContain('AGENT is missing');
  });

  test('adding says how, and waits for an address', async () => {
    const { stdout } = await synod(['members', 'add']);
    expect(stdout).toBe(
      'synod agent --state-dir DIR --peer 127.0.0.1:50101 --peer 127.0.0.1:50102 --peer 127.0.0.1:50103\n',
    );
    expect((await synod(['members', 'add', ':50102'])).stdout).toBe('Bruno at 127.0.0.1:50102 is a member: voter\n');
    const late = await synod(['members', 'add', ':50109', '--for', '10ms']);
    expect(late).toMatchObject({ code: 1, stderr: expect.stringMatching(/no agent at 127\.0\.0\.1:50109 has joined/) });
  });

  test('a snapshot is whole or not there', async () => {
    const file = join(folder, 'a.snapshot');
    expect((await synod(['snapshot', 'save', file])).stdout).toMatch(/^saved slot \d+ of cell c0ffee, 19 B, to /);
    expect(readFileSync(file, 'utf8')).toBe('the state of a cell');
    expect((await synod(['snapshot', 'save', file])).stderr).toContain(
      'exists already; choose another name, or --force',
    );
    writeFileSync(file, 'precious');
    cell.agents[0]!.fault('saveSnapshot', { kind: 'dropAnswer' });
    expect((await synod(['snapshot', 'save', file, '--force'])).stderr).toContain('arrived incomplete or damaged');
    expect(readFileSync(file, 'utf8')).toBe('precious');
    expect((await synod(['snapshot', 'save', join(folder, 'none', 'x')])).stderr).toContain(
      'no such file or directory',
    );
  });
});
