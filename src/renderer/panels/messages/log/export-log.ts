import type { MessageView, OperatorClient } from '../../../../contract/index.ts';
import { agentFilter, type LogFilter } from './log-filter.ts';

/** What one answer of the agent carries at most. */
export const EXPORT_PAGE = 2_000;

export interface Exported {
  /** JSON lines, oldest first, in pieces as they go into a file. */
  readonly parts: readonly string[];
  readonly count: number;
}

/**
 * Everything in the log that matches, page by page: not only what is drawn or kept here. What is recorded after it has begun
 * is left out, so that it comes to an end on a busy agent too.
 */
export async function exportLog(
  { query }: Pick<OperatorClient['messages'], 'query'>,
  filter: LogFilter,
  matches: (message: MessageView) => boolean,
): Promise<Exported> {
  const asked = { filter: agentFilter(filter), agent: filter.agent, limit: EXPORT_PAGE };
  const parts: string[] = [];
  let count = 0;
  let beforeSequence = 0;
  let logId: string | undefined;
  while (true) {
    const page = await query({ ...asked, beforeSequence });
    logId ??= page.logId;
    if (page.logId !== logId) {
      throw new Error('The agent was started again while its log was exported: export it again.');
    }
    const found = page.messages.filter(matches);
    count += found.length;
    if (found.length > 0)
      parts.push(
        `${found
          .reverse()
          .map((message) => JSON.stringify(message))
          .join('\n')}\n`,
      );
    const oldest = page.messages.at(-1);
    if (page.messages.length < EXPORT_PAGE || oldest === undefined || oldest.sequence <= page.first) break;
    beforeSequence = oldest.sequence;
  }
  return { parts: parts.reverse(), count };
}
