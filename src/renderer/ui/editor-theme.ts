import { syntaxTree } from '@codemirror/language';
import type { Extension, Range } from '@codemirror/state';
import { Decoration, type DecorationSet, EditorView, ViewPlugin, type ViewUpdate } from '@codemirror/view';

/** The colours of both themes come from the page's own names, so nothing changes in an editor when the theme does. */
export const editorLook: Extension = EditorView.theme({
  '&': { height: '100%', backgroundColor: 'var(--surface)', color: 'var(--text)', fontSize: '12px' },
  '&.cm-focused': { outline: '2px solid var(--focus)', outlineOffset: '-2px' },
  '.cm-scroller': { fontFamily: 'var(--font-mono)', lineHeight: '18px', overflow: 'auto' },
  '.cm-content': { caretColor: 'var(--text)' },
  '.cm-cursor': { borderLeftColor: 'var(--text)' },
  '.cm-gutters': { backgroundColor: 'var(--sunken)', color: 'var(--text-faint)', border: 'none' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
    backgroundColor: 'color-mix(in srgb, var(--accent) 30%, transparent)',
  },
  '&.cm-focused .cm-matchingBracket': {
    outline: '1px solid var(--line-strong)',
    backgroundColor: 'transparent',
  },
});

const name = Decoration.mark({ class: 'text-[var(--code-key)]' });
const string = Decoration.mark({ class: 'text-[var(--code-string)]' });
const literal = Decoration.mark({ class: 'text-[var(--code-number)]' });

/** By names of nodes in the grammar of JSON. */
const MARKS: Readonly<Record<string, Decoration>> = {
  PropertyName: name,
  String: string,
  Number: literal,
  True: literal,
  False: literal,
  Null: literal,
};

/** Colours what is in view of JSON. */
export const jsonColours: Extension = ViewPlugin.fromClass(
  class {
    decorations: DecorationSet;

    constructor(view: EditorView) {
      this.decorations = marksInView(view);
    }

    update(update: ViewUpdate): void {
      const isParsedFurther = syntaxTree(update.startState) !== syntaxTree(update.state);
      if (update.docChanged || update.viewportChanged || isParsedFurther) {
        this.decorations = marksInView(update.view);
      }
    }
  },
  { decorations: (plugin) => plugin.decorations },
);

function marksInView(view: EditorView): DecorationSet {
  const ranges: Range<Decoration>[] = [];
  for (const { from, to } of view.visibleRanges) {
    syntaxTree(view.state).iterate({
      from,
      to,
      enter: (node) => {
        const mark = MARKS[node.name];
        if (mark !== undefined) ranges.push(mark.range(node.from, node.to));
      },
    });
  }
  return Decoration.set(ranges, true);
}
