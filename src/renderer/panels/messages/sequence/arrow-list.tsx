import { useEffect, useRef, useState } from 'react';
import { arrowSentence } from './arrow-text.ts';
import { arrowsWithin, type SequenceLayout } from './sequence-layout.ts';

const PAUSE_MS = 1_000;

interface Sentence {
  readonly id: string;
  readonly text: string;
}

/** What is in view, as a list of sentences for people who cannot see the picture; calm, also while it runs. */
export function ArrowList({
  layout,
  top,
  height,
  nameOf,
}: {
  readonly layout: SequenceLayout;
  readonly top: number;
  readonly height: number;
  readonly nameOf: (id: string) => string;
}) {
  const [sentences, setSentences] = useState<readonly Sentence[]>([]);
  const latest = useRef({ layout, top, height, nameOf });
  latest.current = { layout, top, height, nameOf };
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  // biome-ignore lint/correctness/useExhaustiveDependencies: whenever something else is in view
  useEffect(() => {
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      const now = latest.current;
      const inView = arrowsWithin(now.layout, now.top, now.top + now.height);
      setSentences(inView.map((arrow) => ({ id: arrow.id, text: arrowSentence(arrow, now.nameOf) })));
    }, PAUSE_MS);
  }, [layout, top, height, nameOf]);
  useEffect(
    () => () => {
      clearTimeout(timer.current);
      timer.current = undefined;
    },
    [],
  );
  return (
    <ol aria-label="Messages in view" className="sr-only">
      {sentences.map(({ id, text }) => (
        <li key={id}>{text}</li>
      ))}
    </ol>
  );
}
