import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { MergeView } from '@codemirror/merge';
import type { Text } from '@codemirror/state';
import { EditorView, keymap, lineNumbers } from '@codemirror/view';
import { useEffect, useRef } from 'react';
import { exactText, languageFor } from './code-editor.tsx';

export interface DiffViewProps {
  readonly left: string;
  readonly right: string;
  readonly leftLabel: string;
  readonly rightLabel: string;
  /** The right side can be edited, and parts of the left be taken over. */
  readonly onRight?: (doc: Text) => void;
}

/** So much work and no more goes into finding a small difference between large texts; beyond, it is coarser. */
const DIFF = { scanLimit: 500, timeout: 300 };

/** Two texts side by side, with what differs. */
export function DiffView({ left, right, leftLabel, rightLabel, onRight }: DiffViewProps) {
  const host = useRef<HTMLDivElement>(null);
  const latest = useRef(onRight);
  latest.current = onRight;
  const isEditable = onRight !== undefined;
  useEffect(() => {
    const language = (text: string) => languageFor(/^\s*[[{]/.test(text) ? 'json' : 'text', text.length);
    const view = new MergeView({
      parent: host.current!,
      diffConfig: DIFF,
      gutter: true,
      collapseUnchanged: { margin: 3, minSize: 8 },
      revertControls: isEditable ? 'a-to-b' : undefined,
      renderRevertControl: isEditable ? revertButton : undefined,
      a: { doc: left, extensions: [exactText(true, leftLabel), lineNumbers(), language(left)] },
      b: {
        doc: right,
        extensions: [
          exactText(!isEditable, rightLabel),
          lineNumbers(),
          history(),
          keymap.of([...defaultKeymap, ...historyKeymap]),
          language(right),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) latest.current?.(update.state.doc);
          }),
        ],
      },
    });
    return () => view.destroy();
  }, [left, right, leftLabel, rightLabel, isEditable]);
  return (
    <div
      ref={host}
      // Both sides fill the frame, with their line numbers, however short the texts are.
      className="flex min-h-0 flex-1 overflow-auto rounded-md border border-line [&_.cm-editor]:flex-1 [&_.cm-gutters]:self-stretch [&_.cm-scroller]:flex-1 [&_.cm-mergeView]:flex [&_.cm-mergeView]:flex-1 [&_.cm-mergeViewEditor]:flex [&_.cm-mergeViewEditor]:flex-col [&_.cm-mergeViewEditors]:flex-1"
    />
  );
}

function revertButton(): HTMLElement {
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = '→';
  button.title = 'Take this part';
  button.setAttribute('aria-label', 'Take this part');
  return button;
}
