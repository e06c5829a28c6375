import { isLinkFault } from '../../../contract/demo-faults.ts';
import type { Alert, DemoFault, DemoState } from '../../../contract/index.ts';

/** What is known of the faults of a demo cell. */
export interface LabGlimpse {
  readonly faults: readonly DemoFault[];
  /** Those that ended while one looked. */
  readonly healed: readonly { readonly fault: DemoFault; readonly atMs: number }[];
}

export interface LabCause {
  readonly faults: readonly DemoFault[];
  /** They are over, and the cell has not got over them yet. */
  readonly areHealed: boolean;
}

/** An agent that was killed needs so long to be started, heard and caught up. */
const AFTERMATH_MS = 10_000;

export const NOTHING_SEEN: LabGlimpse = { faults: [], healed: [] };

export function seen({ faults: before, healed }: LabGlimpse, { faults }: DemoState, nowMs: number): LabGlimpse {
  const gone = before.filter(({ id }) => faults.every((fault) => fault.id !== id));
  const recent = healed.filter(({ atMs }) => nowMs - atMs < AFTERMATH_MS);
  return { faults, healed: [...recent, ...gone.map((fault) => ({ fault, atMs: nowMs }))] };
}

/** What faults can bring about: that an agent is not heard or falls behind, and that nobody leads or writes. */
export function isOfLabKind({ id }: Pick<Alert, 'id'>): boolean {
  return id === 'unwritable' || id === 'no-leader' || isSuspicion({ id }) || id.startsWith('lag ');
}

/** An agent that is silent is to be looked after, unless it is known why. */
export function isSuspicion({ id }: Pick<Alert, 'id'>): boolean {
  return id.startsWith('suspect ');
}

/** The faults that brought an alert about; undefined when none did. */
export function labCauseOf(alert: Pick<Alert, 'id' | 'agentId'>, lab: LabGlimpse, nowMs: number): LabCause | undefined {
  if (!isOfLabKind(alert)) return undefined;
  const isGuilty = ({ kind, agents }: DemoFault): boolean =>
    kind !== 'duplicate' && (alert.agentId === '' || agents.includes(alert.agentId));
  const guilty = lab.faults.filter(isGuilty);
  // Whoever does not run is silent for that reason, whatever its links let through.
  const stands = alert.agentId === '' ? [] : guilty.filter(({ kind }) => !isLinkFault(kind));
  if (guilty.length > 0) return { faults: stands.length > 0 ? stands : guilty, areHealed: false };
  const over = lab.healed.filter(({ fault, atMs }) => nowMs - atMs < AFTERMATH_MS && isGuilty(fault));
  return over.length === 0 ? undefined : { faults: over.map(({ fault }) => fault), areHealed: true };
}
