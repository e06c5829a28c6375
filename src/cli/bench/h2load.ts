import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Failure } from '../command.ts';

const run = promisify(execFile);

export async function hasH2load(): Promise<boolean> {
  return run('h2load', ['--version']).then(
    () => true,
    () => false,
  );
}

export interface H2loadOptions {
  readonly endpoint: string;
  /** `Put`, `Read` */
  readonly method: string;
  /** A gRPC message with its prefix; every request is the same. */
  readonly body: Uint8Array;
  readonly inFlight: number;
  readonly durationMs: number;
}

/** Load from a client in C, so that the client is not the limit. Resolves to requests per second. */
export async function h2load(options: H2loadOptions): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'synod-h2load-'));
  const body = join(folder, 'body');
  try {
    await writeFile(body, options.body);
    const connections = options.inFlight > 64 ? 8 : 4;
    const { stdout } = await run('h2load', [
      ...['-c', `${connections}`, '-m', `${options.inFlight / connections}`, '-t', '1'],
      ...['-D', `${Math.round(options.durationMs / 1_000)}`, '--warm-up-time', '1', '-d', body],
      ...['-H', 'content-type: application/grpc', '-H', 'te: trailers'],
      `http://${options.endpoint}/synod.v1.UserService/${options.method}`,
    ]);
    const perSecond = Number(/([\d.]+) req\/s/.exec(stdout)?.[1]);
    const failed = Number(/(\d+) failed/.exec(stdout)?.[1]);
    if (Number.isNaN(perSecond) || failed > 0) throw new Failure(`h2load: ${failed} requests failed:\n${stdout}`);
    return perSecond;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
