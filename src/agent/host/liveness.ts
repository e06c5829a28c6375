import type { AgentId } from '../consensus/types.ts';
import type { HostContext } from './host-context.ts';
import type { HostMessage, ParticipantReport } from './messages.ts';

interface Report {
  readonly receivedMs: number;
  readonly silentMs: ReadonlyMap<AgentId, number>;
  readonly uptimeMs: number;
  readonly applied: number;
}

/**
 * Who hears whom. Every participant tells all others whom it hears, which is also how they hear it; the leader counts: a
 * participant that a majority of the voters reports silent is suspect.
 */
export class Liveness {
  #context: HostContext;
  #startedMs: number;
  #lastHeardMs = new Map<AgentId, number>();
  #reports = new Map<AgentId, Report>();
  #suspectSinceMs = new Map<AgentId, number>();
  #lastRunMs: number;
  /** As the leader sees the cell, this agent itself included. */
  #cell: readonly ParticipantReport[] = [];
  /** As this agent alone hears it, while nobody leads: the last leader's word would stand still for ever. */
  #heardHere: readonly ParticipantReport[] | undefined;

  constructor(context: HostContext) {
    this.#context = context;
    this.#startedMs = context.ports.nowMs();
    this.#lastRunMs = this.#startedMs;
  }

  get uptimeMs(): number {
    return Math.floor(this.#context.ports.nowMs() - this.#startedMs);
  }

  /** To be shown; what is decided by suspicion asks `isSuspect`, which is always the word of a majority. */
  get cell(): readonly ParticipantReport[] {
    return this.#heardHere ?? this.#cell;
  }

  heard(agentId: AgentId): void {
    this.#lastHeardMs.set(agentId, this.#context.ports.nowMs());
  }

  /** Milliseconds since this agent heard another one, counted from when it first knew of it. */
  silentMs(agentId: AgentId): number {
    if (agentId === this.#context.agentId) return 0;
    const nowMs = this.#context.ports.nowMs();
    const lastHeardMs = this.#lastHeardMs.get(agentId);
    if (lastHeardMs === undefined) {
      this.#lastHeardMs.set(agentId, nowMs);
      return 0;
    }
    return Math.max(0, nowMs - lastHeardMs);
  }

  isSuspect(agentId: AgentId): boolean {
    return this.#cell.some((report) => report.agentId === agentId && report.suspect);
  }

  suspectForMs(agentId: AgentId): number {
    const sinceMs = this.#suspectSinceMs.get(agentId);
    return sinceMs === undefined ? 0 : this.#context.ports.nowMs() - sinceMs;
  }

  /** A new leadership counts anew: what the last leader suspected may have recovered long ago. */
  forgetSuspects(): void {
    this.#suspectSinceMs.clear();
    this.#reports.clear();
  }

  /** Twice a second, on every participant. Returns true when somebody is shown as suspect or no longer is. */
  run(): boolean {
    const before = suspectsOf(this.cell);
    const changed = this.#look();
    return changed || suspectsOf(this.cell) !== before;
  }

  #look(): boolean {
    const nowMs = this.#context.ports.nowMs();
    this.#forgivePause(nowMs);
    const others = this.#others();
    this.#forgetStrangers(new Set(others));
    const report: HostMessage = {
      kind: 'livenessReport',
      heard: others.map((agentId) => ({ agentId, silentMs: Math.floor(this.silentMs(agentId)) })),
      uptimeMs: this.uptimeMs,
      version: this.#context.config.version,
      applied: this.#context.applied,
    };
    for (const agentId of others) this.#context.send(agentId, report);
    this.#heardHere = this.#context.replica.leader === undefined ? this.#hearing(others) : undefined;
    if (!this.#context.isReadyLeader) return false;
    const changed = this.#judge(others, nowMs);
    this.#cell = this.#report(others);
    for (const agentId of others) this.#context.send(agentId, { kind: 'cellReport', participants: this.#cell });
    return changed;
  }

  onReport(from: AgentId, report: Extract<HostMessage, { kind: 'livenessReport' }>): void {
    this.#reports.set(from, {
      receivedMs: this.#context.ports.nowMs(),
      silentMs: new Map(report.heard.map(({ agentId, silentMs }) => [agentId, silentMs])),
      uptimeMs: report.uptimeMs,
      applied: report.applied,
    });
  }

  /** Returns true when it says something new about who is suspect. */
  onCellReport(from: AgentId, participants: readonly ParticipantReport[]): boolean {
    if (from !== this.#context.replica.leader) return false;
    const before = suspectsOf(this.cell);
    this.#cell = participants;
    this.#heardHere = undefined;
    return suspectsOf(participants) !== before;
  }

  /** After a pause of this very process (SIGSTOP, laptop sleep) it knows nothing of the others' silence meanwhile. */
  #forgivePause(nowMs: number): void {
    const pauseMs = nowMs - this.#lastRunMs - this.#context.config.livenessReportMs;
    this.#lastRunMs = nowMs;
    if (pauseMs < this.#context.config.silentAfterMs / 2) return;
    for (const [agentId, heardMs] of this.#lastHeardMs) {
      this.#lastHeardMs.set(agentId, Math.min(nowMs, heardMs + pauseMs));
    }
    this.#reports.clear();
    for (const [agentId, sinceMs] of this.#suspectSinceMs) this.#suspectSinceMs.set(agentId, sinceMs + pauseMs);
  }

  #judge(others: readonly AgentId[], nowMs: number): boolean {
    let changed = false;
    for (const agentId of others) {
      const suspect = this.#isSilentForMajority(agentId, nowMs);
      if (suspect === this.#suspectSinceMs.has(agentId)) continue;
      changed = true;
      if (suspect) this.#suspectSinceMs.set(agentId, nowMs);
      else this.#suspectSinceMs.delete(agentId);
      const text = suspect ? 'a majority of the voters does not hear a participant' : 'a suspect is heard again';
      this.#context.observer.note(suspect ? 'warn' : 'info', text, { agentId });
    }
    return changed;
  }

  #isSilentForMajority(agentId: AgentId, nowMs: number): boolean {
    const { silentAfterMs, livenessReportMs } = this.#context.config;
    const voters = this.#context.replica.configuration.participants.filter(({ role }) => role === 'voter');
    let silent = 0;
    for (const voter of voters) {
      if (voter.agentId === this.#context.agentId) {
        if (this.silentMs(agentId) >= silentAfterMs) silent += 1;
        continue;
      }
      const report = this.#reports.get(voter.agentId);
      const ageMs = report === undefined ? Infinity : nowMs - report.receivedMs;
      if (report === undefined || ageMs > 3 * livenessReportMs) continue;
      if ((report.silentMs.get(agentId) ?? 0) >= silentAfterMs) silent += 1;
    }
    return silent > voters.length / 2;
  }

  #report(others: readonly AgentId[]): ParticipantReport[] {
    const { replica } = this.#context;
    const progress = new Map(replica.progress().map((entry) => [entry.agentId, entry]));
    const rest = others.map((agentId) => ({
      agentId,
      suspect: this.#suspectSinceMs.has(agentId),
      chosenThrough: progress.get(agentId)?.chosenThrough ?? 0,
      applied: progress.get(agentId)?.applied ?? 0,
      lastHeardMs: Math.floor(this.silentMs(agentId)),
      uptimeMs: this.#reports.get(agentId)?.uptimeMs ?? 0,
    }));
    return [this.#own(), ...rest];
  }

  #own(): ParticipantReport {
    const { agentId, applied, replica } = this.#context;
    const { chosenThrough } = replica;
    return { agentId, suspect: false, chosenThrough, applied, lastHeardMs: 0, uptimeMs: this.uptimeMs };
  }

  #hearing(others: readonly AgentId[]): ParticipantReport[] {
    const rest = others.map((agentId) => {
      const known = this.#cell.find((report) => report.agentId === agentId);
      const report = this.#reports.get(agentId);
      const silentMs = this.silentMs(agentId);
      return {
        agentId,
        suspect: silentMs >= this.#context.config.silentAfterMs,
        chosenThrough: known?.chosenThrough ?? 0,
        applied: Math.max(known?.applied ?? 0, report?.applied ?? 0),
        lastHeardMs: Math.floor(silentMs),
        uptimeMs: report?.uptimeMs ?? known?.uptimeMs ?? 0,
      };
    });
    return [this.#own(), ...rest];
  }

  #others(): AgentId[] {
    return this.#context.replica.configuration.participants.flatMap(({ agentId }) =>
      agentId === this.#context.agentId ? [] : [agentId],
    );
  }

  #forgetStrangers(known: ReadonlySet<AgentId>): void {
    for (const map of [this.#lastHeardMs, this.#reports, this.#suspectSinceMs]) {
      for (const agentId of map.keys()) if (!known.has(agentId)) map.delete(agentId);
    }
  }
}

function suspectsOf(participants: readonly ParticipantReport[]): string {
  return participants.flatMap(({ agentId, suspect }) => (suspect ? [agentId] : [])).join(' ');
}
