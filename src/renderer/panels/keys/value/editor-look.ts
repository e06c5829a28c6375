import type { Extension } from '@codemirror/state';
import { EditorView } from '@codemirror/view';

/** Colours of what differs, and of what a search found, on top of those of every editor. */
export const diffLook: Extension = EditorView.theme({
  '.cm-content': { padding: '6px 0' },
  '.cm-specialChar': { color: 'var(--bad)' },
  '.cm-selectionMatch, .cm-searchMatch': { backgroundColor: 'color-mix(in srgb, var(--warning) 30%, transparent)' },
  '.cm-panels': { backgroundColor: 'var(--sunken)', color: 'var(--text)', borderColor: 'var(--line)' },
  '&.cm-merge-a .cm-changedText': { background: 'var(--removed)' },
  '&.cm-merge-b .cm-changedText': { background: 'var(--added)' },
  '&.cm-merge-a .cm-changedLine': { backgroundColor: 'color-mix(in srgb, var(--removed) 45%, transparent)' },
  '&.cm-merge-b .cm-changedLine': { backgroundColor: 'color-mix(in srgb, var(--added) 45%, transparent)' },
  '.cm-collapsedLines': { background: 'var(--sunken)', color: 'var(--text-soft)' },
});
