import type { DemoFaultInput, DemoFaultKind, DemoLink } from '../../../../contract/index.ts';
import { linksAround, type Target } from './targets.ts';

/** `back`: only what the second agent sends to the first. */
export type Direction = 'both' | 'forth' | 'back';

export type ProcessFaultKind = 'pause' | 'kill';
export type LinkFaultKind = Exclude<DemoFaultKind, ProcessFaultKind>;
/** `isolate` is a cut of all links of the agent. */
export type AgentDoing = 'isolate' | ProcessFaultKind;

/** What a person has filled in, as text, so that it can be half written. */
export interface FaultDraft {
  readonly linkKind: LinkFaultKind;
  readonly agentDoing: AgentDoing;
  readonly processKind: ProcessFaultKind;
  readonly direction: Direction;
  readonly delayMs: string;
  readonly jitterMs: string;
  readonly sharePercent: string;
  readonly seconds: string;
}

export const FIRST_DRAFT: FaultDraft = {
  linkKind: 'cut',
  agentDoing: 'isolate',
  processKind: 'pause',
  direction: 'both',
  delayMs: '200',
  jitterMs: '50',
  sharePercent: '30',
  seconds: '15',
};

const DELAY_MS_MAX = 10_000;
const SECONDS_MIN = 0.5;
const SECONDS_MAX = 600;

/** What would be asked for, or why it cannot be: by field. */
export interface Planned {
  /** Undefined while nothing is chosen. */
  readonly doing: LinkFaultKind | AgentDoing | undefined;
  readonly input: DemoFaultInput | undefined;
  readonly problems: Readonly<Partial<Record<keyof FaultDraft, string>>>;
}

/** @param everyone the ids of all agents of the cell */
export function plan(target: Target, draft: FaultDraft, everyone: readonly string[]): Planned {
  const doing = doingOf(target, draft);
  if (doing === undefined) return { doing, input: undefined, problems: {} };
  const problems = problemsOf(doing, draft);
  if (Object.keys(problems).length > 0) return { doing, input: undefined, problems };
  const healsAfterMs = Math.round(Number(draft.seconds) * 1_000);
  return { doing, input: { ...placed(target, doing, draft, everyone), healsAfterMs }, problems };
}

function doingOf(target: Target, draft: FaultDraft): Planned['doing'] {
  switch (target.kind) {
    case 'nothing':
      return undefined;
    case 'agent':
      return draft.agentDoing;
    case 'agents':
      return draft.processKind;
    case 'link':
    case 'links':
    case 'split':
      return draft.linkKind;
  }
}

function placed(
  target: Target,
  doing: LinkFaultKind | AgentDoing,
  draft: FaultDraft,
  everyone: readonly string[],
): DemoFaultInput {
  switch (target.kind) {
    case 'nothing':
      throw new Error('nothing is chosen');
    case 'agent':
      return doing === 'isolate'
        ? { kind: 'cut', links: linksAround([target.agentId], everyone) }
        : { kind: doing, agents: [target.agentId] };
    case 'agents':
      return { kind: draft.processKind, agents: [...target.agentIds] };
    case 'link': {
      const { from, to } = target;
      return { ...ofLinks(draft), agents: draft.direction === 'back' ? [to, from] : [from, to] };
    }
    case 'links':
      return { ...ofLinks({ ...draft, direction: 'both' }), links: [...target.links] };
    case 'split': {
      const links = linksAround(target.side, everyone);
      return { ...ofLinks(draft), links: draft.direction === 'back' ? links.map(turned) : links };
    }
  }
}

function turned([from, to]: DemoLink): DemoLink {
  return [to, from];
}

function ofLinks({ linkKind: kind, direction, delayMs, jitterMs, sharePercent }: FaultDraft): DemoFaultInput {
  return {
    kind,
    direction: direction === 'both' ? 'both' : 'forth',
    ...(kind === 'delay' ? { delayMs: Math.round(Number(delayMs)), jitterMs: Math.round(Number(jitterMs)) } : {}),
    ...(kind === 'drop' || kind === 'duplicate' ? { share: Number(sharePercent) / 100 } : {}),
  };
}

function problemsOf(doing: LinkFaultKind | AgentDoing, draft: FaultDraft): Planned['problems'] {
  return {
    ...problem('seconds', draft.seconds, SECONDS_MIN, SECONDS_MAX),
    ...(doing === 'delay' ? problem('delayMs', draft.delayMs, 1, DELAY_MS_MAX) : {}),
    ...(doing === 'delay' ? problem('jitterMs', draft.jitterMs, 0, DELAY_MS_MAX) : {}),
    ...(doing === 'drop' || doing === 'duplicate' ? problem('sharePercent', draft.sharePercent, 1, 100) : {}),
  };
}

function problem(field: keyof FaultDraft, text: string, min: number, max: number): Planned['problems'] {
  const value = Number(text);
  if (text.trim() !== '' && value >= min && value <= max) return {};
  return { [field]: `From ${min} to ${max}.` };
}
