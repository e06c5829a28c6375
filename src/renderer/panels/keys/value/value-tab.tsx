import { TriangleAlert } from 'lucide-react';
import { useEffect, useMemo, useState } from 'react';
import { useShallow } from 'zustand/react/shallow';
import type { ReadQuorum } from '../../../../contract/index.ts';
import { useCell, useWriteRefusal } from '../../../cell/cell-store.ts';
import { failureOf } from '../../../connection/failure.ts';
import { Button } from '../../../ui/button.tsx';
import { classes } from '../../../ui/classes.ts';
import { Empty, ErrorNote, Waiting } from '../../../ui/notes.tsx';
import { ClockTime } from '../../../ui/time.tsx';
import { isSystem } from '../paths.ts';
import { readWith, useReadQuorum } from '../read-quorum.ts';
import { CodeEditor } from './code-editor.tsx';
import { EditorBar } from './editor-bar.tsx';
import { EditorNotices } from './editor-notices.tsx';
import { edit, readKey, save, useEditor } from './editor-store.ts';
import { HexEditor } from './hex-editor.tsx';
import { HexView } from './hex-view.tsx';
import { formOf, shownText, textDraft, type ValueForm } from './value-forms.ts';

/** The value of the open key, to read and to edit. */
export function ValueTab() {
  const { path, phase, error, loaded, draft, generation, isSaving } = useEditor();
  const quorum = useReadQuorum((state) => state.quorum);
  const refusal = useWriteRefusal();
  const isBelowQuorum = useCell(({ view }) => view?.status.writable === false);
  const [chosen, setChosen] = useState<{ readonly path: string; readonly form: ValueForm } | undefined>(undefined);
  const [isHexEdited, setHexEdited] = useState('');
  const guessed = useMemo(() => (loaded === undefined ? 'text' : formOf(loaded)), [loaded]);
  const base = useMemo(() => (loaded === undefined ? '' : (shownText(loaded) ?? '')), [loaded]);
  const [opened, setOpened] = useState<{ readonly path: string; readonly form: ValueForm } | undefined>(undefined);
  // A new value of the same key does not change how it is looked at, unless it cannot be shown so.
  if (loaded !== undefined && loaded.version > 0 && opened?.path !== path) setOpened({ path, form: guessed });
  const wanted = chosen?.path === path ? chosen.form : opened?.path === path ? opened.form : guessed;

  useSaveKeys(refusal);
  const lacksMajority = phase === 'failed' && quorum !== 'local' && failureOf(error).reason === 'NO_MAJORITY';
  const mayBeRead = quorum === 'local' || !isBelowQuorum;
  useEffect(() => {
    if (lacksMajority && mayBeRead) void readKey(quorum);
  }, [lacksMajority, mayBeRead, quorum]);
  if (!mayBeRead && (lacksMajority || loaded === undefined)) return <BelowQuorum quorum={quorum} />;
  if (phase === 'failed') return <ErrorNote error={error} onRetry={() => void readKey(quorum)} />;
  if (loaded === undefined) return <Waiting>Reading the key…</Waiting>;

  const current = draft === undefined ? loaded : { bytes: draft.read(), isComplete: true };
  const text = shownText(current);
  const form: ValueForm = text === undefined ? 'hex' : wanted;
  const editRefusal = isSystem(path)
    ? 'keys of the cell itself are read-only'
    : loaded.isComplete
      ? ''
      : 'only the beginning is shown: load all of it first';
  const changeForm = (next: ValueForm): void => {
    setHexEdited('');
    setChosen({ path, form: next });
  };
  return (
    <div className={classes('flex min-h-0 flex-1 flex-col', isSaving && 'cursor-progress')}>
      <EditorBar
        form={form}
        text={text}
        isTextPossible={text !== undefined}
        editRefusal={editRefusal}
        onForm={changeForm}
        onEditHex={isHexEdited === path ? undefined : () => setHexEdited(path)}
      />
      {form !== 'hex' ? (
        <CodeEditor
          label={`Value of ${path}`}
          text={text ?? ''}
          base={base}
          generation={`${path} ${generation}`}
          language={form}
          readOnly={editRefusal !== ''}
          onChange={(doc) => edit(doc === undefined ? undefined : textDraft(doc))}
        />
      ) : isHexEdited === path && editRefusal === '' ? (
        <HexEditor path={path} bytes={current.bytes} generation={generation} />
      ) : (
        <HexView bytes={current.bytes} label={`Bytes of ${path}`} />
      )}
      <EditorNotices />
    </div>
  );
}

/** Ctrl/Cmd-S saves, wherever the focus is. */
function useSaveKeys(refusal: string): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== 's') return;
      // The browser would save the page.
      event.preventDefault();
      const { draft, race } = useEditor.getState();
      if (refusal === '' && draft?.problem === '' && race === undefined) void save();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, [refusal]);
}

/**
 * Said at once, not only when the read has given up: without a majority nobody knows the newest value; what this agent has is
 * still there to be read. With a majority it is read by itself.
 */
function BelowQuorum({ quorum }: { readonly quorum: ReadQuorum }) {
  const { reason, sinceMs } = useCell(
    useShallow(({ view }) => ({
      reason: view?.status.unwritableReason ?? '',
      sinceMs: view?.status.unwritableSinceMs ?? 0,
    })),
  );
  const readLocally = (): void => {
    readWith('local');
    void readKey('local');
  };
  return (
    <Empty
      icon={TriangleAlert}
      title="The cell has no quorum"
      action={
        <Button variant="primary" onClick={readLocally}>
          Read it locally
        </Button>
      }
    >
      Since <ClockTime atMs={sinceMs} />: {reason}. Until that is over, a read with quorum {quorum} is not answered; it
      is repeated by itself then. This agent still has the key as it stood last, which may be old.
    </Empty>
  );
}
