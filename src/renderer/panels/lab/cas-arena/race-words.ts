import type { Interleaving } from './interleavings.ts';
import { type Ask, letterOf, type Outcome, type Result, type StepKind, type Way } from './race.ts';
import type { CellAnswer, TraceRow } from './run.ts';

export const WAYS: readonly { readonly value: Way; readonly label: string; readonly about: string }[] = [
  {
    value: 'cas',
    label: 'Compare-and-write',
    about:
      'Each write names the version it was made from. The cell compares and writes in one slot: nobody comes between.',
  },
  {
    value: 'check',
    label: 'Look, then put',
    about:
      'The wrong way: the client compares by itself, then writes blindly. Between its look and its write there is room.',
  },
  {
    value: 'put',
    label: 'Plain put',
    about: 'The wrong way: read, add, write, without comparing anything. Whoever writes last wipes out the others.',
  },
];

export const STEP_WORDS: Readonly<Record<StepKind, string>> = {
  read: 'Read',
  compare: 'Compare',
  write: 'Write',
};

const RESULTS: Readonly<Record<Result, string>> = {
  running: 'not finished',
  wrote: 'wrote',
  saw: 'saw it changed',
  refused: 'refused',
};

export function resultText(result: Result, isLost: boolean, attempt: number): string {
  const text = isLost ? 'overwritten' : RESULTS[result];
  return attempt > 1 ? `${text}, attempt ${attempt}` : text;
}

/** `A wrote · B refused`. */
export function outcomeText({ results, attempts, lost }: Outcome): string {
  return results
    .map((result, client) => `${letterOf(client)} ${resultText(result, lost.includes(client), attempts[client]!)}`)
    .join(' · ');
}

export function lostText({ lost }: Pick<Outcome, 'lost'>): string {
  if (lost.length === 0) return 'no update lost';
  return `${lost.length} ${lost.length === 1 ? 'update' : 'updates'} lost: ${lost.map(letterOf).join(', ')}`;
}

export function orderText(order: Interleaving): string {
  return order.map(letterOf).join(' ');
}

export function askText(ask: Ask): string {
  switch (ask.kind) {
    case 'read':
      return 'reads';
    case 'compare':
      return `looks: still version ${ask.version}?`;
    case 'compareAndWrite':
      return `writes ${ask.value} if version ${ask.version}`;
    case 'put':
      return `writes ${ask.value}`;
  }
}

export function answerText(ask: Ask, { version, value, succeeded }: CellAnswer): string {
  switch (ask.kind) {
    case 'read':
      return `holds ${value}`;
    case 'compare':
      return version === ask.version ? 'yes' : `no: holds ${value} by now`;
    case 'compareAndWrite':
      return succeeded ? 'written' : `refused: holds ${value}`;
    case 'put':
      return 'written';
  }
}

export type RowTone = 'plain' | 'good' | 'bad' | 'faint';

export function toneOf(row: TraceRow): RowTone {
  if (row.kind !== 'step') return 'faint';
  const { ask, answer } = row;
  if (ask.kind === 'compare') return answer.version === ask.version ? 'plain' : 'bad';
  if (ask.kind === 'read') return 'plain';
  return answer.succeeded ? 'good' : 'bad';
}
