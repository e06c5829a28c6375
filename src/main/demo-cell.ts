import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { app } from 'electron';
import type { Agent } from '../agent/index.ts';
import { type AgentCommand, DemoSupervisor, makeControlPath } from '../demo/index.ts';

/** With the agent of the app they are three: the fewest of which one may die. */
const OTHERS = 2;

/** The other agents of a demo cell, whose first agent is the one in this app. They end with the app; their state stays. */
export class DemoCell {
  readonly #directory: string;
  readonly #tell: (text: string) => void;
  #supervisor: DemoSupervisor | undefined;
  #controlPath: string | undefined;
  #isClosing = false;

  /**
   * @param directory of the other agents' state
   * @param tell what went wrong, in words for a person
   */
  constructor(directory: string, tell: (text: string) => void) {
    this.#directory = directory;
    this.#tell = tell;
  }

  /** Where the agent of this app asks for changes of the others. Made when it is first asked for. */
  get controlPath(): string {
    this.#controlPath ??= makeControlPath(this.#directory);
    return this.#controlPath;
  }

  /** Whether this state directory was the first of a demo cell before. */
  get exists(): boolean {
    return existsSync(join(this.#directory, 'agent2'));
  }

  /** Resolves when they can be asked for; they join one after the other, while the window shows it. */
  async start(hosted: Agent): Promise<void> {
    mkdirSync(this.#directory, { recursive: true });
    this.#supervisor = await DemoSupervisor.start({
      directory: this.#directory,
      controlPath: this.controlPath,
      command: withoutWindow(),
      grpcPort: portOf(hosted.grpcAddress),
      httpPort: portOf(hosted.httpAddress),
      hosted,
      onTrouble: this.#tell,
    });
    void this.#addAll(this.#supervisor);
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    await this.#supervisor?.close();
  }

  async #addAll(supervisor: DemoSupervisor): Promise<void> {
    let count = 0;
    while (existsSync(join(this.#directory, `agent${count + 2}`))) count++;
    try {
      for (let left = Math.max(count, OTHERS); left > 0; left--) await supervisor.addAgent();
    } catch (error) {
      // Whoever quits while they start does not want to hear that they did not.
      if (!this.#isClosing) this.#tell(error instanceof Error ? error.message : String(error));
    }
  }
}

/** This app again, as it was started, but as an agent alone: it then needs no display either. */
function withoutWindow(): AgentCommand {
  const itself = app.isPackaged ? [] : [app.getAppPath()];
  const headless = process.platform === 'linux' ? ['--ozone-platform=headless'] : [];
  return { file: process.execPath, args: [...process.execArgv, ...itself, ...headless, '--no-window'] };
}

function portOf(address: string): number {
  return Number(address.slice(address.lastIndexOf(':') + 1));
}
