import { GitFork } from 'lucide-react';
import { useMemo } from 'react';
import type { LockTree } from '../../../contract/index.ts';
import { nameOfSession, useActing } from '../../acting/acting-store.ts';
import { navigate } from '../../navigation/navigation-store.ts';
import { Empty } from '../../ui/notes.tsx';
import { countText } from '../../ui/numbers.ts';
import { WaitDrawing } from './wait-drawing.tsx';
import { waitGraph, waitSentences } from './wait-graph.ts';

/** Who waits for whom: drawn, and in words. */
export function WaitsView({ tree }: { readonly tree: LockTree }) {
  const participants = useActing((state) => state.participants);
  const graph = useMemo(() => waitGraph(tree), [tree]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the names of sessions change with the participants of this window
  const sentences = useMemo(() => waitSentences(graph, nameOfSession), [graph, participants]);
  const contended = graph.nodes.filter(({ kind }) => kind === 'lock').length;
  const uncontended = tree.locks.length - contended;
  if (contended === 0) {
    return (
      <Empty icon={GitFork} title="Nobody waits for anybody">
        Sessions that wait, the locks that they wait for, and who holds those are drawn here. Let a participant wait for
        a held lock to see it.
      </Empty>
    );
  }
  return (
    <div className="flex min-h-0 flex-1">
      <div className="flex min-h-0 min-w-0 flex-1 flex-col">
        <WaitDrawing graph={graph} />
        <p className="border-t border-line px-3 py-1 text-sm text-faint">
          Dashed: waits for, with the place in line. Solid: held by. Dotted: first in line, while nobody holds it.
          {uncontended === 0 ? '' : ` Left out: ${countText(uncontended)} that nobody waits for.`}
        </p>
      </div>
      <section
        aria-label="Who waits for whom, in words"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls takes the focus
        tabIndex={0}
        className="w-72 shrink-0 overflow-y-auto border-l border-line p-3 focus-visible:-outline-offset-2"
      >
        <h2 className="mb-2 font-semibold">In words</h2>
        <ul className="flex flex-col gap-1">
          {sentences.map(({ lock, text }) => (
            <li key={text} className="[contain-intrinsic-size:auto_40px] [content-visibility:auto]">
              <button
                type="button"
                className="rounded-sm text-left break-words hover:text-accent"
                onClick={() => navigate('locks', { path: lock })}
              >
                {text}
              </button>
            </li>
          ))}
        </ul>
      </section>
    </div>
  );
}
