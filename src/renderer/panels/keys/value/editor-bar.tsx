import { AlignLeft, Download, Minimize2, RotateCcw, Save, SquarePen } from 'lucide-react';
import { useWriteRefusal } from '../../../cell/cell-store.ts';
import { Button, IconButton } from '../../../ui/button.tsx';
import { bytesText } from '../../../ui/numbers.ts';
import { Segmented } from '../../../ui/segmented.tsx';
import { formatJson, jsonProblem, minifyJson } from '../json-format.ts';
import { useReadQuorum } from '../read-quorum.ts';
import { HIGHLIGHTED_CHARS_MAX } from './code-editor.tsx';
import { discard, readKey, replaceDraft, save, useEditor } from './editor-store.ts';
import { textDraft, type ValueForm } from './value-forms.ts';

/** Above this the digits of a value are shown, but not edited. */
const EDITED_HEX_BYTES_MAX = 64 * 1024;

interface EditorBarProps {
  readonly form: ValueForm;
  readonly text: string | undefined;
  readonly isTextPossible: boolean;
  readonly editRefusal: string;
  readonly onForm: (form: ValueForm) => void;
  readonly onEditHex: (() => void) | undefined;
}

/** How the value is shown, whether it is well, and what can be done with it. */
export function EditorBar({ form, text, isTextPossible, editRefusal, onForm, onEditHex }: EditorBarProps) {
  const draft = useEditor((state) => state.draft);
  const loaded = useEditor((state) => state.loaded);
  const isSaving = useEditor((state) => state.isSaving);
  const quorum = useReadQuorum((state) => state.quorum);
  const cannotWrite = useWriteRefusal();
  const problem = form === 'json' && text !== undefined ? jsonProblemOf(text, loaded?.isComplete === true) : '';
  const rewrite = (change: (text: string) => string) => (): void => {
    if (text !== undefined) replaceDraft(textDraft(change(text)));
  };
  const saveRefusal = cannotWrite || editRefusal || (draft === undefined ? 'nothing was changed' : draft.problem);
  const jsonRefusal = editRefusal || (problem === '' ? '' : 'it is not JSON');
  return (
    <div className="flex flex-wrap items-center gap-2 border-b border-line px-3 py-1.5">
      <Segmented
        label="Show the value as"
        value={form}
        choices={[
          { value: 'text', label: 'Text', refusal: isTextPossible ? '' : 'these bytes are no text' },
          { value: 'json', label: 'JSON', refusal: isTextPossible ? '' : 'these bytes are no text' },
          { value: 'hex', label: 'Hex' },
        ]}
        onChange={onForm}
      />
      {form === 'json' ? (
        <>
          <IconButton
            icon={AlignLeft}
            label="Format: only white space changes"
            refusal={jsonRefusal}
            onClick={rewrite(formatJson)}
          />
          <IconButton
            icon={Minimize2}
            label="Minify: only white space changes"
            refusal={jsonRefusal}
            onClick={rewrite(minifyJson)}
          />
          <span
            role="status"
            className={problem === '' ? 'text-sm text-good' : 'min-w-0 truncate text-sm text-bad'}
            title={problem}
          >
            {problem === '' ? 'Valid JSON' : problem}
          </span>
        </>
      ) : null}
      {form === 'hex' && onEditHex !== undefined && (loaded?.sizeBytes ?? 0) <= EDITED_HEX_BYTES_MAX ? (
        <IconButton icon={SquarePen} label="Edit the bytes" refusal={editRefusal} onClick={onEditHex} />
      ) : null}
      {draft?.problem ? <span className="text-sm text-bad">{draft.problem}</span> : null}
      <span className="ml-auto" />
      {loaded !== undefined && !loaded.isComplete ? (
        <Button icon={Download} onClick={() => void readKey(quorum, true)}>
          Load all {bytesText(loaded.sizeBytes)}
        </Button>
      ) : null}
      {draft === undefined ? null : (
        <Button variant="ghost" icon={RotateCcw} onClick={discard}>
          Discard
        </Button>
      )}
      <Button
        variant={draft === undefined ? 'plain' : 'primary'}
        icon={Save}
        busy={isSaving}
        refusal={isSaving ? '' : saveRefusal}
        aria-keyshortcuts="Control+S Meta+S"
        onClick={() => void save()}
      >
        Save
      </Button>
    </div>
  );
}

function jsonProblemOf(text: string, isComplete: boolean): string {
  if (!isComplete) return 'Only the beginning is shown: it cannot be judged.';
  if (text.length > HIGHLIGHTED_CHARS_MAX * 8) return 'Too large to be judged.';
  return jsonProblem(text);
}
