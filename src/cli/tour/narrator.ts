import { createInterface, type Interface } from 'node:readline';
import type { Context } from '../command.ts';
import { printJson, printLine, table, wrap, write } from '../output.ts';

const INDENT = '  ';

/** Tells the tour: what happens and why, and waits for Enter where somebody sits at a terminal. */
export class Narrator {
  readonly #context: Context;
  readonly #lines: Interface | undefined;

  constructor(context: Context) {
    this.#context = context;
    const { stdin, stdout, json, flags } = context;
    const isTerminal = 'isTTY' in stdin && stdin.isTTY && 'isTTY' in stdout && stdout.isTTY;
    if (isTerminal && !json && !flags.has('yes')) this.#lines = createInterface({ input: stdin });
  }

  async title(text: string, why: string): Promise<void> {
    await this.#print(`\n${text}\n\n${INDENT}${wrap(why, INDENT.length)}\n`);
  }

  /** What is done, as it could be typed. */
  done(text: string): Promise<void> {
    return this.#print(`${INDENT}$ ${text}`);
  }

  /** What came of it. */
  async seen(text: string): Promise<void> {
    await this.#print(INDENT + wrap(text, INDENT.length));
  }

  async table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): Promise<void> {
    await this.#print(table(head, rows).replace(/^/gm, INDENT));
  }

  /** What a program gets instead: a line for each step. */
  async facts(facts: object): Promise<void> {
    if (this.#context.json) await printJson(this.#context, facts);
  }

  /** Until Enter; at once where nobody can press it. */
  async pause(): Promise<void> {
    const lines = this.#lines;
    const { stop, stdout } = this.#context;
    if (lines === undefined || stop.aborted) return;
    await write(stdout, `\n${INDENT}Enter goes on, Ctrl-C ends. `);
    await new Promise<void>((resolve) => {
      lines.once('line', () => resolve());
      lines.once('close', resolve);
      stop.addEventListener('abort', () => resolve(), { once: true });
    });
  }

  close(): void {
    this.#lines?.close();
  }

  async #print(text: string): Promise<void> {
    if (!this.#context.json) await printLine(this.#context, text);
  }
}
