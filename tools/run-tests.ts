/**
 * What bin/test runs once the packages are there. Every check and every test counts one; the last line is
 * "N passed, N failed", and the exit code says the same.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { prepareBrowser } from './browser.ts';
import { ROOT } from './source-files.ts';

interface Tally {
  passed: number;
  failed: number;
}

const node = process.execPath;
const bin = (name: string) => join(ROOT, 'node_modules', '.bin', name);
const CHECKS: readonly { readonly name: string; readonly command: readonly string[] }[] = [
  // The launcher builds only what is stale; it is a shell script.
  {
    name: 'build',
    command: process.platform === 'win32' ? [node, 'tools/build.mjs'] : [join(ROOT, 'bin', 'synod'), '--version'],
  },
  { name: 'types', command: [bin('tsc'), '-p', 'tsconfig.json'] },
  { name: 'types of the page', command: [bin('tsc'), '-p', 'tsconfig.web.json'] },
  { name: 'lint', command: [bin('biome'), 'check', '--error-on-warnings', '.'] },
  { name: 'protocol lint', command: [bin('buf'), 'lint'] },
  { name: 'layers', command: [node, 'tools/check-layers.ts'] },
  { name: 'files', command: [node, 'tools/check-files.ts'] },
];

/** Real processes, a browser, many simulated runs, whole cells, large files: what a quick run leaves out. */
const SLOW = [
  'test/integration/**',
  'test/desktop/**',
  'test/api/operator/{participants,runtime,sequence,session-keeper}.test.ts',
  'test/client/{exactly-once,keeping-alive}.test.ts',
  'test/demo/faults.test.ts',
  'test/observe/introspection.test.ts',
  'test/peer/whole-cell.test.ts',
  'test/simulation/{counting-and-watching,hosts}.test.ts',
  'test/simulation/planted-*.test.ts',
  'test/simulation/replicas.test.ts',
  'test/simulation/work.test.ts',
  'test/storage/{corruption,snapshots}.test.ts',
];

function runChecks(tally: Tally): void {
  for (const { name, command } of CHECKS) {
    const [program, ...args] = command;
    const startMs = performance.now();
    const { status, stdout, stderr, error } = spawnSync(program!, args, { cwd: ROOT, encoding: 'utf8' });
    const seconds = ((performance.now() - startMs) / 1_000).toFixed(1);
    if (status === 0) {
      tally.passed++;
      console.log(`ok      ${name} (${seconds} s)`);
    } else {
      tally.failed++;
      console.log(`FAILED  ${name} (${seconds} s)\n${stdout}${stderr}${error ? `${error.message}\n` : ''}`);
    }
  }
}

/** All that need a browser. */
const BROWSER = 'test/desktop/!(package).test.ts';

/** What cannot be tested here: said on a machine of one's own, a failure where everything must be tested. */
function withoutBrowser(tally: Tally): string[] {
  const missing = prepareBrowser();
  if (missing === undefined) return [];
  if (process.env.CI === 'true') {
    tally.failed++;
    console.log(`FAILED  browser\n${missing}`);
  } else {
    console.log(`skipped browser tests: ${missing}`);
  }
  return [BROWSER];
}

function runVitest(paths: readonly string[], quick: boolean, tally: Tally): void {
  const folder = mkdtempSync(join(tmpdir(), 'synod-test-'));
  const report = join(folder, 'report.json');
  const wantsBrowser = paths.length === 0 || paths.some((path) => path.includes('desktop'));
  const unfit = quick ? SLOW : wantsBrowser ? withoutBrowser(tally) : [];
  const only = quick ? ['--project', 'agents'] : [];
  const env = { ...process.env, SYNOD_TESTS_LEFT_OUT: unfit.join(' ') };
  const { status } = spawnSync(
    node,
    [
      ...['node_modules/vitest/vitest.mjs', 'run', '--reporter=default', '--reporter=json'],
      ...[`--outputFile.json=${report}`, ...only, ...paths],
    ],
    { cwd: ROOT, stdio: 'inherit', env },
  );
  try {
    const result = JSON.parse(readFileSync(report, 'utf8')) as VitestReport;
    tally.passed += result.numPassedTests;
    tally.failed += result.numFailedTests + brokenFiles(result);
    if (result.numPendingTests > 0) console.log(`${result.numPendingTests} skipped`);
    // An error outside of any test fails the run without failing a test.
    if (status !== 0 && tally.failed === 0) tally.failed++;
  } catch {
    console.log(`FAILED  vitest wrote no report (exit ${status})`);
    tally.failed++;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface VitestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly testResults: readonly {
    readonly status: string;
    readonly assertionResults: readonly { readonly status: string }[];
  }[];
}

/** Files that failed without one of their tests failing: they could not be loaded, or a hook threw. */
function brokenFiles({ testResults }: VitestReport): number {
  return testResults.filter(
    ({ status, assertionResults }) =>
      status === 'failed' && !assertionResults.some((assertion) => assertion.status === 'failed'),
  ).length;
}

const { values, positionals } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, 'checks-only': { type: 'boolean', default: false } },
  allowPositionals: true,
});
const tally: Tally = { passed: 0, failed: 0 };
runChecks(tally);
if (!values['checks-only']) runVitest(positionals, values.quick, tally);
console.log(`${tally.passed} passed, ${tally.failed} failed`);
process.exitCode = tally.failed === 0 ? 0 : 1;
