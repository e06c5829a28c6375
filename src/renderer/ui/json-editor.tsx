import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { json } from '@codemirror/lang-json';
import { bracketMatching, indentOnInput } from '@codemirror/language';
import { EditorState } from '@codemirror/state';
import { EditorView, keymap, lineNumbers } from '@codemirror/view';
import { useEffect, useRef } from 'react';
import { editorLook, jsonColours } from './editor-theme.ts';

/** JSON to be edited. Tab leaves it, as it leaves every other field; Escape does nothing here, so it closes dialogs. */
export function JsonEditor({
  label,
  text,
  onChange,
  onSubmit,
}: {
  /** For screen readers. */
  readonly label: string;
  /** When it is not what was typed last, it replaces what stands there. */
  readonly text: string;
  readonly onChange: (text: string) => void;
  /** Ctrl/Cmd-Enter. */
  readonly onSubmit?: () => void;
}) {
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(undefined);
  const latest = useRef({ text, onChange, onSubmit });
  latest.current = { text, onChange, onSubmit };
  useEffect(() => {
    const submit = {
      key: 'Mod-Enter',
      run: () => {
        latest.current.onSubmit?.();
        return true;
      },
    };
    const editor = new EditorView({
      parent: host.current!,
      state: EditorState.create({
        doc: latest.current.text,
        extensions: [
          lineNumbers(),
          history(),
          indentOnInput(),
          bracketMatching(),
          json(),
          jsonColours,
          editorLook,
          EditorView.lineWrapping,
          EditorView.contentAttributes.of({ 'aria-label': label }),
          keymap.of([submit, ...defaultKeymap, ...historyKeymap]),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) latest.current.onChange(update.state.doc.toString());
          }),
        ],
      }),
    });
    view.current = editor;
    return () => {
      view.current = undefined;
      editor.destroy();
    };
  }, [label]);
  useEffect(() => {
    const editor = view.current;
    if (editor === undefined || editor.state.doc.toString() === text) return;
    editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: text } });
  }, [text]);
  return <div ref={host} className="h-full min-h-0 overflow-hidden rounded-md border border-line-strong" />;
}
