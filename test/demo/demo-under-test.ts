import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect } from 'vitest';
import {
  type AgentCommand,
  DemoError,
  DemoSupervisor,
  makeControlPath,
  type SupervisorOptions,
} from '../../src/demo/index.ts';

/** Stands in for `synod agent`. */
export const fake = (behaviour = ''): AgentCommand => ({
  file: process.execPath,
  args: [join(import.meta.dirname, 'fake-agent.ts')],
  env: { ...process.env, FAKE_AGENT: behaviour },
});

/** Supervisors of the tests of one file, in a directory for each test, closed after it. */
export class DemoUnderTest {
  directory = '';
  #supervisors: DemoSupervisor[] = [];

  constructor() {
    beforeEach(() => {
      this.directory = mkdtempSync(join(tmpdir(), 'synod-demo-test-'));
    });
    afterEach(async () => {
      await Promise.all(this.#supervisors.splice(0).map((supervisor) => supervisor.close()));
      rmSync(this.directory, { recursive: true, force: true });
    });
  }

  async start(options: Partial<SupervisorOptions> = {}): Promise<{ supervisor: DemoSupervisor; path: string }> {
    const controlPath = makeControlPath(this.directory);
    const supervisor = await DemoSupervisor.start({
      directory: this.directory,
      controlPath,
      command: fake(),
      grpcPort: 50_101,
      httpPort: 8_081,
      ...options,
    });
    this.#supervisors.push(supervisor);
    return { supervisor, path: controlPath };
  }
}

export async function refusal(call: Promise<unknown>): Promise<DemoError> {
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(DemoError);
  return error as DemoError;
}
