import type { Alert, CellView } from '../../../contract/index.ts';

/** A participant that is so far behind needs longer than a moment to catch up. */
const LAG_SLOTS = 1_000;
const DISK_FREE_BYTES_WARNING = 1024 * 1024 * 1024;
const DISK_FREE_BYTES_CRITICAL = 128 * 1024 * 1024;

type Found = Omit<Alert, 'sinceMs'>;

export interface AlertFacts extends Pick<CellView, 'status' | 'participants' | 'health'> {
  /** On the file system of the state directory; undefined: not known. */
  readonly diskFreeBytes: number | undefined;
}

/** Everything that a person should look at, the worst first. */
export function cellAlerts(facts: AlertFacts): Found[] {
  const found = [...cellWide(facts), ...ofParticipants(facts), ...ofThisAgent(facts)];
  const order = { critical: 0, warning: 1, info: 2 };
  return found.sort((a, b) => order[a.severity] - order[b.severity]);
}

function* cellWide({ status, participants, health }: AlertFacts): Generator<Found> {
  const { voters, toleratedFailures } = health.tolerance;
  if (health.level === 'starting') return;
  if (!status.writable) {
    yield alert('unwritable', 'critical', `${health.sentence} Local reads still answer; it recovers by itself.`);
  } else if (status.leaderId === '') {
    yield alert('no-leader', 'warning', 'No leader is known here; an election is under way.');
  }
  if (voters % 2 === 0) {
    const text = `${voters} voters tolerate ${toleratedFailures} failures, no more than ${voters - 1} would: promote or demote one.`;
    yield alert('even-voters', 'info', text);
  }
  if (voters === 1) {
    yield alert('one-voter', 'info', 'The cell has one voter: add two agents, and it survives the loss of one.');
  }
  const versions = new Set(participants.map(({ version }) => version).filter((version) => version !== ''));
  if (versions.size > 1) {
    yield alert(
      'versions',
      'info',
      `Agents run different versions (${[...versions].sort().join(', ')}): bring all to the newest.`,
    );
  }
}

function* ofParticipants({ participants, status }: AlertFacts): Generator<Found> {
  for (const { agentId, name, suspect, isSelf, lagSlots, grpcAddress } of participants) {
    if (suspect) {
      const place = grpcAddress || 'its machine';
      // Without a leader nobody counts who hears whom, and nobody can be removed.
      const text =
        status.leaderId === ''
          ? `${name} is suspect: this agent does not hear it. Look after it at ${place}.`
          : `${name} is suspect: a majority does not hear it. Look after it at ${place}, or remove it.`;
      yield alert(`suspect ${agentId}`, 'warning', text, agentId);
    } else if (lagSlots > LAG_SLOTS && !isSelf) {
      yield alert(
        `lag ${agentId}`,
        'warning',
        `${name} is ${lagSlots} slots behind: its disk or its link is slow.`,
        agentId,
      );
    }
  }
}

function* ofThisAgent({ status, diskFreeBytes }: AlertFacts): Generator<Found> {
  const { agentId, name, stateDir } = status;
  if (diskFreeBytes !== undefined && diskFreeBytes < DISK_FREE_BYTES_WARNING) {
    const severity = diskFreeBytes < DISK_FREE_BYTES_CRITICAL ? 'critical' : 'warning';
    const free = Math.floor(diskFreeBytes / (1024 * 1024));
    yield alert(
      'disk',
      severity,
      `${name} has ${free} MiB left on the disk of ${stateDir}: make room, or it stops.`,
      agentId,
    );
  }
  if (status.readOnly) {
    yield alert('read-only', 'info', `${name} is read-only for operators: it refuses every change made here.`, agentId);
  }
}

function alert(id: string, severity: Alert['severity'], text: string, agentId = ''): Found {
  return { id, severity, text, agentId };
}

/** Since when each alert has been up, as far as anybody looked. */
export class AlertTimes {
  #sinceMs = new Map<string, number>();

  dated(alerts: readonly Found[], nowMs: number): Alert[] {
    const before = this.#sinceMs;
    this.#sinceMs = new Map(alerts.map(({ id }) => [id, before.get(id) ?? nowMs]));
    return alerts.map((found) => ({ ...found, sinceMs: this.#sinceMs.get(found.id) as number }));
  }
}
