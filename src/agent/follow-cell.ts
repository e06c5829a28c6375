import type { CellView } from '../contract/index.ts';
import type { Agent } from './agent-options.ts';
import { CellLook, watchCell } from './api/index.ts';

/** Tells what the agent sees of its cell: at once, and after every change. Returns how to stop. */
export function followCell({ operator }: Pick<Agent, 'operator'>, listener: (view: CellView) => void): () => void {
  const over = new AbortController();
  const ending = operator.ending ?? over.signal;
  const views = watchCell(operator, new CellLook(operator), AbortSignal.any([over.signal, ending]));
  void (async () => {
    for await (const view of views) listener(view);
  })();
  return () => over.abort();
}
