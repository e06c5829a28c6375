import type { Command } from '../../src/agent/machine/commands.ts';
import type { KeyChange, Space } from '../../src/agent/machine/store.ts';
import { WatchHub, type WatchHubOptions } from '../../src/agent/machine/watch.ts';
import type { WatchBatch, WatchCut, WatchHandle, WatchQuery, WatchSink } from '../../src/agent/machine/watch-types.ts';
import { Driver } from './driver.ts';

/** A watcher that keeps what it is told and takes `room` batches before it is full. */
export class Recorder implements WatchSink {
  readonly batches: WatchBatch[] = [];
  readonly query: WatchQuery;
  room = Number.POSITIVE_INFINITY;
  cutWith: (WatchCut & { resumeFrom: number }) | undefined;
  handle!: WatchHandle;

  constructor(query: WatchQuery) {
    this.query = query;
  }

  deliver(batch: WatchBatch): boolean {
    if (this.room <= 0) throw new Error('delivered to a watcher that is full');
    this.batches.push(batch);
    this.room -= 1;
    return this.room > 0;
  }

  cut(cut: WatchCut, resumeFrom: number): void {
    this.cutWith = { ...cut, resumeFrom };
  }

  get changes(): KeyChange[] {
    return this.batches.flatMap((batch) => batch.changes.map(({ change }) => change));
  }

  /** `revision key` of everything it was told. */
  get told(): string[] {
    return this.changes.map((change) => `${change.modRevision} ${change.key}`);
  }
}

/** A machine whose events are published as a host does it. */
export class WatchedCell {
  readonly cell = new Driver();
  readonly hub: WatchHub;
  pumpRequests = 0;

  constructor(options: Partial<WatchHubOptions> = {}) {
    this.hub = new WatchHub(this.cell.machine, {
      requestPump: () => {
        this.pumpRequests += 1;
      },
      ...options,
    });
  }

  write(...commands: Command[]): void {
    for (const command of commands) {
      const from = this.cell.events.length;
      this.cell.write(command);
      this.hub.publish(this.cell.events.slice(from));
    }
  }

  watch(start: string, end = '', parts: Partial<WatchQuery & { room: number }> = {}): Recorder {
    const query = { space: 'user' as Space, start, end, fromRevision: 0, withPrevious: false, ...parts };
    const recorder = new Recorder(query);
    if (parts.room !== undefined) recorder.room = parts.room;
    recorder.handle = this.hub.open(query, recorder);
    return recorder;
  }

  /** Pumps as a host does until nothing is asked for. */
  settle(): void {
    while (this.pumpRequests > 0) {
      this.pumpRequests = 0;
      this.hub.pump();
    }
  }
}
