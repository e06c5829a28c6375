import { Button } from '../../../ui/button.tsx';
import { ErrorNote, WarningNote } from '../../../ui/notes.tsx';
import { bytesText } from '../../../ui/numbers.ts';
import { Ago } from '../../../ui/time.tsx';
import { useReadQuorum } from '../read-quorum.ts';
import { discard, readKey, SHOWN_BYTES_MAX, useEditor } from './editor-store.ts';

/**
 * What a person should know before going on: it changed meanwhile, it is cut off, it could not be read again.
 * Below the value, so that it does not move under the cursor.
 */
export function EditorNotices() {
  const loaded = useEditor((state) => state.loaded);
  const draft = useEditor((state) => state.draft);
  const elsewhere = useEditor((state) => state.elsewhere);
  const isSaving = useEditor((state) => state.isSaving);
  const error = useEditor((state) => state.error);
  const quorum = useReadQuorum((state) => state.quorum);
  const showTheirs = (): void => {
    discard();
    void readKey(quorum);
  };
  return (
    <div aria-live="polite" className="empty:hidden">
      {error === undefined ? null : <ErrorNote error={error} onRetry={() => void readKey(quorum)} />}
      {elsewhere !== undefined && draft !== undefined && !isSaving ? (
        <div className="border-t border-line p-2">
          <WarningNote>
            <div className="flex items-center gap-2">
              <span className="flex-1">
                {elsewhere.version === 0
                  ? 'Somebody else deleted this key'
                  : `Somebody else wrote version ${elsewhere.version}`}{' '}
                (<Ago atMs={elsewhere.atMs} />) while you edit version {loaded?.version}. Your text is untouched; saving
                will compare both.
              </span>
              <Button onClick={showTheirs}>Discard mine, show theirs</Button>
            </div>
          </WarningNote>
        </div>
      ) : null}
      {loaded !== undefined && !loaded.isComplete ? (
        <div className="border-t border-line px-3 py-1 text-sm text-soft">
          The first {bytesText(SHOWN_BYTES_MAX)} of {bytesText(loaded.sizeBytes)}.
        </div>
      ) : null}
    </div>
  );
}
