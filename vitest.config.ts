import { defineConfig } from 'vitest/config';

const BROWSER_TESTS = 'test/desktop/**/*.test.ts';
/** What a quick run, or one without a browser, leaves out; projects take no notice of `--exclude`. */
const LEFT_OUT = (process.env.SYNOD_TESTS_LEFT_OUT ?? '').split(' ').filter((pattern) => pattern !== '');

export default defineConfig({
  test: {
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // How long a condition is waited for. Nothing is decided by it: machines that run the tests may be busy with others.
    expect: { poll: { timeout: 20_000, interval: 25 } },
    projects: [
      {
        extends: true,
        test: {
          name: 'agents',
          include: ['test/**/*.test.ts'],
          exclude: ['node_modules/**', BROWSER_TESTS, ...LEFT_OUT],
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        // A browser and a cell at a time, and nothing heavy beside them: after all others, one file after the other.
        extends: true,
        test: {
          name: 'desktop',
          include: [BROWSER_TESTS],
          exclude: ['node_modules/**', ...LEFT_OUT],
          globalSetup: ['test/desktop/support/page-build.ts'],
          fileParallelism: false,
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
