// A process of its own for the tests: it writes until it is killed, or as far as its job says, and prints what became
// durable. Arguments: state directory, job as JSON.

import { readFileSync } from 'node:fs';
import { storageConfig } from '../../src/agent/config.ts';
import { openStorage, StorageFault } from '../../src/agent/storage/index.ts';
import type { InstallStep, SnapshotDescription } from '../../src/agent/storage/snapshot-receiver.ts';
import { applySlot, entryAt } from './slots.ts';

interface Job {
  readonly kind: 'write' | 'hold' | 'install' | 'commitOnly';
  readonly through?: number;
  readonly config?: Parameters<typeof storageConfig>[0];
  readonly snapshot?: Omit<SnapshotDescription, 'checksum'> & { readonly path: string; readonly checksum: string };
  readonly dieAt?: InstallStep;
}

/** Slots that share a commit and an fsync. */
const BATCH = 5;

const [directory = '', text = '{}'] = process.argv.slice(2);
const job = JSON.parse(text) as Job;

function die(error: unknown): never {
  process.stderr.write(error instanceof StorageFault ? `${error.message}\n` : `${error}\n`);
  process.exit(1);
}

async function main(): Promise<void> {
  const storage = openStorage({
    directory,
    config: storageConfig(job.config),
    run: (work) => work(),
    onFailure: die,
    onInstallStep: (step) => {
      if (step === job.dieAt) process.kill(process.pid, 'SIGKILL');
    },
  });
  const synced = () => new Promise<void>((resolve) => storage.logDisk.fsync(resolve));
  console.log(`open ${process.pid}`);
  if (job.kind === 'hold') {
    setInterval(() => {}, 1_000);
    return;
  }
  if (job.kind === 'install' && job.snapshot !== undefined) {
    const { path, checksum, ...description } = job.snapshot;
    const receiver = storage.receiveSnapshot({ ...description, checksum: Buffer.from(checksum, 'hex') });
    receiver.write(readFileSync(path));
    console.log(`outcome ${JSON.stringify((await receiver.finish()).kind)}`);
    process.kill(process.pid, 'SIGKILL');
  }
  storage.joinCell('cell-1');
  // What the state does not have yet is executed again from the journal.
  const { end } = storage.logDisk.found;
  for (let slot = storage.base.slot + 1; slot <= end; slot += 1) applySlot(storage.stateStore, slot);
  const through = job.through ?? Number.POSITIVE_INFINITY;
  for (let slot = end + 1; slot <= through; ) {
    const entries = [];
    for (; entries.length < BATCH && slot <= through; slot += 1) entries.push(entryAt(slot));
    const last = slot - 1;
    const promised = last % 10 === 0 ? { promised: { round: last, agentId: 'someone' } } : {};
    storage.logDisk.commit({ entries, chosenThrough: last - entries.length, ...promised });
    if (job.kind === 'commitOnly') continue;
    await synced();
    console.log(`acked ${last}`);
    for (const entry of entries) applySlot(storage.stateStore, entry.slot);
    if (last % 20 === 0) storage.stateStore.flush();
  }
  console.log('done');
  setInterval(() => {}, 1_000);
}

main().catch(die);
