import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { json } from '@codemirror/lang-json';
import { bracketMatching } from '@codemirror/language';
import { highlightSelectionMatches, search, searchKeymap } from '@codemirror/search';
import { EditorState, type Extension, type Text } from '@codemirror/state';
import { drawSelection, EditorView, highlightSpecialChars, keymap, lineNumbers } from '@codemirror/view';
import { useEffect, useRef } from 'react';
import { editorLook, jsonColours } from '../../../ui/editor-theme.ts';
import { diffLook } from './editor-look.ts';

/** Above this a value is text without colours: parsing it would be felt while one types. */
export const HIGHLIGHTED_CHARS_MAX = 256 * 1024;

export interface CodeEditorProps {
  /** For screen readers. */
  readonly label: string;
  readonly text: string;
  /** What counts as unchanged. */
  readonly base: string;
  /** The text is put into the editor anew when this changes, and only then. */
  readonly generation: string | number;
  readonly language: 'text' | 'json';
  readonly readOnly: boolean;
  /** Undefined: it is again what it was at first. */
  readonly onChange?: (doc: Text | undefined) => void;
}

/** What every editor of values keeps: not a byte is changed by itself. */
export function exactText(readOnly: boolean, label: string): Extension {
  return [
    // Only \n ends a line: \r stays a character of the text, and comes out as it went in.
    EditorState.lineSeparator.of('\n'),
    EditorState.readOnly.of(readOnly),
    EditorView.contentAttributes.of({ 'aria-label': label, 'aria-readonly': String(readOnly) }),
    highlightSpecialChars(),
    drawSelection(),
    EditorView.lineWrapping,
    editorLook,
    diffLook,
  ];
}

export function languageFor(language: 'text' | 'json', length: number): Extension {
  return language === 'json' && length <= HIGHLIGHTED_CHARS_MAX ? [json(), jsonColours, bracketMatching()] : [];
}

/** A value as text. It is only ever text: whatever it says is neither parsed as a page nor run. */
export function CodeEditor({ label, text, base, generation, language, readOnly, onChange }: CodeEditorProps) {
  const host = useRef<HTMLDivElement>(null);
  const latest = useRef({ text, base, onChange });
  latest.current = { text, base, onChange };
  // biome-ignore lint/correctness/useExhaustiveDependencies: the text is taken over when the generation changes
  useEffect(() => {
    const { text: initial } = latest.current;
    const state = EditorState.create({
      doc: initial,
      extensions: [
        exactText(readOnly, label),
        lineNumbers(),
        history(),
        search({ top: true }),
        highlightSelectionMatches(),
        keymap.of([...searchKeymap, ...defaultKeymap, ...historyKeymap]),
        languageFor(language, initial.length),
        EditorView.updateListener.of((update) => {
          if (!update.docChanged) return;
          const { doc } = update.state;
          const { base: unchanged, onChange: tell } = latest.current;
          // The length tells almost always; the text of a large value is not made at every key.
          tell?.(doc.length === unchanged.length && doc.toString() === unchanged ? undefined : doc);
        }),
      ],
    });
    const view = new EditorView({ state, parent: host.current! });
    return () => view.destroy();
  }, [generation, language, readOnly, label]);
  return <div ref={host} className="min-h-0 flex-1 overflow-hidden [&>.cm-editor]:h-full" />;
}
