/**
 * The test that started this process may look into it: what the app asked of the system is recorded, and functions can be
 * run with the stand-in for `electron`, as Playwright does with the real one.
 */
export interface Recorded {
  readonly kind:
    | 'tray'
    | 'notification'
    | 'dialog'
    | 'external'
    | 'menu'
    | 'denied'
    | 'served'
    | 'port'
    | 'protocolClient';
  readonly details: Readonly<Record<string, unknown>>;
}

export interface EvaluateRequest {
  readonly id: number;
  readonly source: string;
  readonly argument: unknown;
}

export interface EvaluateReply {
  readonly id: number;
  readonly result?: unknown;
  readonly error?: string;
}

const recorded: Recorded[] = [];

export function record(kind: Recorded['kind'], details: Recorded['details'] = {}): void {
  recorded.push({ kind, details });
}

export function answerTest(electron: Readonly<Record<string, unknown>>): void {
  if (process.send === undefined) return;
  process.on('message', async ({ id, source, argument }: EvaluateRequest) => {
    const run = new Function(`return (${source})`)() as (electron: unknown, argument: unknown) => unknown;
    try {
      process.send?.({ id, result: await run({ ...electron, recorded }, argument) } satisfies EvaluateReply);
    } catch (error) {
      process.send?.({ id, error: String(error) } satisfies EvaluateReply);
    }
  });
  // A test that looks on must not keep the app from ending.
  process.channel?.unref();
}
