import type { CallView, RequestMethod } from '../../../contract/index.ts';

/** Streams cannot be issued, so the list of methods does not tell what they do. */
const READING_STREAMS: ReadonlySet<string> = new Set(['Watch', 'SaveSnapshot']);

export type CallEffect = 'read' | 'write' | 'unknown';

export function effectOf(
  { method, own }: Pick<CallView, 'method' | 'own'>,
  methods: readonly RequestMethod[],
): CallEffect {
  // Whoever looks only reads.
  if (own || READING_STREAMS.has(method)) return 'read';
  return methods.find(({ name }) => name === method)?.effect ?? 'unknown';
}

/** What is known of a call that was cancelled. */
export function cancelMeaning(effect: CallEffect): string {
  switch (effect) {
    case 'read':
      return 'It only reads: nothing is lost.';
    case 'write':
      return 'It may have been proposed already: whether it is done cannot be known. Read the key before you repeat it.';
    case 'unknown':
      return 'What it did stays done; of what was on its way it cannot be known.';
  }
}
