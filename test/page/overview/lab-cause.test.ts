// Guards that an alert is put down to the Lab only when a fault of the Lab can have brought it about, and not for ever.
import { expect, test } from 'vitest';
import type { DemoFault, DemoState } from '../../../src/contract/index.ts';
import { labCauseOf, NOTHING_SEEN, seen } from '../../../src/renderer/panels/overview/lab-cause.ts';

const fault = (kind: DemoFault['kind'], ...agents: string[]): DemoFault => ({
  id: `${kind} ${agents.join(' ')}`,
  kind,
  agents,
  links: [],
  direction: 'both',
  delayMs: 0,
  jitterMs: 0,
  share: 1,
  beganMs: 0,
  healsAtMs: 15_000,
});
const demo = (...faults: DemoFault[]): DemoState => ({ isDemo: true, agents: [], faults });
const SUSPECT = { id: 'suspect a', agentId: 'a' };

test('a silent agent is silent for the faults of its own links or process, the whole cell for any', () => {
  const [cut, pause] = [fault('cut', 'a', 'b'), fault('pause', 'c')];
  const lab = seen(NOTHING_SEEN, demo(cut, pause), 0);
  expect(labCauseOf(SUSPECT, lab, 0)).toEqual({ faults: [cut], areHealed: false });
  expect(labCauseOf({ id: 'suspect d', agentId: 'd' }, lab, 0)).toBeUndefined();
  expect(labCauseOf({ id: 'unwritable', agentId: '' }, lab, 0)?.faults).toEqual([cut, pause]);
  const killed = fault('kill', 'a');
  expect(labCauseOf(SUSPECT, seen(lab, demo(cut, killed), 0), 0)?.faults).toEqual([killed]);
  expect(labCauseOf({ id: 'disk', agentId: 'a' }, lab, 0)).toBeUndefined();
  expect(labCauseOf(SUSPECT, seen(NOTHING_SEEN, demo(fault('duplicate', 'a', 'b')), 0), 0)).toBeUndefined();
  expect(labCauseOf(SUSPECT, NOTHING_SEEN, 0)).toBeUndefined();
});

test('what has healed is the cause for as long as an agent needs to come back, and then no more', () => {
  const kill = fault('kill', 'a');
  const healed = seen(seen(NOTHING_SEEN, demo(kill), 0), demo(), 1_000);
  expect(labCauseOf(SUSPECT, healed, 5_000)).toEqual({ faults: [kill], areHealed: true });
  expect(labCauseOf(SUSPECT, healed, 60_000)).toBeUndefined();
  expect(seen(healed, demo(), 60_000).healed).toEqual([]);
});
