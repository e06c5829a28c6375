// Guards what durable means: an fsync that began after the commit has returned; and that a failed one is never retried.
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { GroupFsync } from '../../src/agent/storage/group-fsync.ts';
import type { StorageFault } from '../../src/agent/storage/storage-fault.ts';
import { faultOf, temporary } from './support.ts';

function start(path: string) {
  let commits = 0;
  const durable: number[] = [];
  const faults: StorageFault[] = [];
  const failures: unknown[] = [];
  const fsync = new GroupFsync({
    path,
    capture: () => commits,
    durable: (through: number) => durable.push(through),
    onDuration: () => {},
    run: (work) => {
      try {
        work();
      } catch (error) {
        failures.push(error);
      }
    },
    onFailure: (fault) => faults.push(fault),
  });
  const commit = () => {
    commits += 1;
    return commits;
  };
  return { fsync, commit, durable, faults, failures };
}

function walFile(): string {
  const path = join(temporary(), 'log.db-wal');
  writeFileSync(path, 'frames');
  return path;
}

describe('group fsync', () => {
  it('has one in flight, and those who come meanwhile share the next', async () => {
    const { fsync, commit, durable } = start(walFile());
    const called: number[] = [];
    const ask = () => {
      const number = commit();
      return new Promise<void>((resolve) =>
        fsync.request(() => {
          called.push(number);
          expect(durable.at(-1)).toBeGreaterThanOrEqual(number);
          resolve();
        }),
      );
    };
    await Promise.all([ask(), ask(), ask(), ask()]);
    expect(called).toEqual([1, 2, 3, 4]);
    // The first began before the other commits, so it speaks for itself alone.
    expect(durable).toEqual([1, 4]);
    fsync.close();
  });

  it('never calls back after a failure, nor tries again', async () => {
    // A device that takes writes and cannot be fsynced.
    const { fsync, faults } = start('/dev/null');
    let called = 0;
    fsync.request(() => {
      called += 1;
    });
    await expect.poll(() => faults.length).toBe(1);
    fsync.request(() => {
      called += 1;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect({ called, faults: faults.length }).toEqual({ called: 0, faults: 1 });
    expect(faults[0]!.kind).toBe('disk');
  });

  it('leads a failure of whoever is told to where failures of the agent go', async () => {
    const { fsync, failures } = start(walFile());
    const planted = new Error('planted');
    fsync.request(() => {
      throw planted;
    });
    await expect.poll(() => failures).toEqual([planted]);
    fsync.close();
  });

  it('notices that its file was replaced', () => {
    const path = walFile();
    const { fsync } = start(path);
    fsync.verifyFile();
    mkdirSync(`${path}.away`);
    renameSync(path, join(`${path}.away`, 'old'));
    writeFileSync(path, 'another');
    expect(faultOf(() => fsync.verifyFile()).kind).toBe('damaged');
    fsync.close();
  });
});
