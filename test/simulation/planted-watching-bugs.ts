import { Machine } from '../../src/agent/machine/machine.ts';
import { WatchHub } from '../../src/agent/machine/watch.ts';
import { inHosts, type PlantedBug, patch } from './patching.ts';

/** Classic mistakes of watches. */
export const PLANTED_WATCHING_BUGS: readonly PlantedBug[] = [
  inHosts('what a snapshot skips is not told', () => [patch(WatchHub.prototype, 'adopted', () => () => {})]),
  inHosts('a watch from below the floor is told what is left', () => [
    patch(Machine.prototype, 'floor', () => () => 0),
  ]),
  inHosts('a watch that is resumed is told its last revision again', () => [
    patch(WatchHub.prototype, 'open', (original) => {
      return function (this: WatchHub, query, sink) {
        return original.call(this, { ...query, fromRevision: Math.max(1, query.fromRevision - 1) }, sink);
      };
    }),
  ]),
];
