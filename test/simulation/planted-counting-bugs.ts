import { PendingWrite } from '../../src/agent/host/pending-write.ts';
import { Machine } from '../../src/agent/machine/machine.ts';
import { ReplyWindows } from '../../src/agent/machine/reply-window.ts';
import { WriteView } from '../../src/agent/machine/write-view.ts';
import { inHosts, type PlantedBug, patch, patchGetter } from './patching.ts';

/** Where the machine that is applying an entry stood before it. */
let applying: { readonly machine: Machine; readonly revision: number } | undefined;

/** Classic mistakes of counters. */
export const PLANTED_COUNTING_BUGS: readonly PlantedBug[] = [
  inHosts('a repeated increment is carried out twice', () => [
    patch(ReplyWindows.prototype, 'read', (original) => {
      return function (this: ReplyWindows, window, sequence) {
        const stored = original.call(this, window, sequence);
        const isIncrement = stored?.result.kind === 'written' && stored.result.outcome?.kind === 'counter';
        return isIncrement ? undefined : stored;
      };
    }),
  ]),
  inHosts('increments of one entry do not see each other', () => [
    patch(Machine.prototype, 'apply', (original) => {
      return function (this: Machine, context, entry) {
        applying = { machine: this, revision: this.revision('user') };
        return original.call(this, context, entry);
      };
    }),
    patch(WriteView.prototype, 'get', (original) => {
      return function (this: WriteView, space, key) {
        if (applying === undefined || !key.startsWith('/counters/')) return original.call(this, space, key);
        return applying.machine.store.getAt(space, key, applying.revision);
      };
    }),
  ]),
  inHosts('a write that may take effect is said not to have', () => [
    patchGetter(PendingWrite.prototype, 'mayTakeEffect', () => false),
  ]),
];
