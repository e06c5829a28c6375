import { useRef } from 'react';
import { useWriteRefusal } from '../../../cell/cell-store.ts';
import { Button } from '../../../ui/button.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { bytesText } from '../../../ui/numbers.ts';
import { encodeText, textOf } from '../bytes.ts';
import { ByteSummary } from './byte-summary.tsx';
import { CodeEditor } from './code-editor.tsx';
import { DiffView } from './diff-view.tsx';
import type { Race, Snapshot } from './editor-machine.ts';
import { closeRace, takeTheirs, useEditor, writeOverTheirs } from './editor-store.ts';

/** The write came too late: base, theirs and mine side by side, and what to do about it. */
export function RaceDialog() {
  const race = useEditor((state) => state.race);
  const path = useEditor((state) => state.path);
  const isSaving = useEditor((state) => state.isSaving);
  const refusal = useWriteRefusal();
  const merged = useRef<(() => Uint8Array) | undefined>(undefined);
  if (race === undefined) return null;
  const isText =
    [race.base, race.theirs].every(({ bytes }) => textOf(bytes) !== undefined) && textOf(race.mine) !== undefined;
  return (
    <Dialog
      open
      onOpenChange={(open) => {
        if (!open) closeRace();
      }}
      size="full"
      title={race.losses > 1 ? `Changed once more (${race.losses} races lost)` : 'Somebody else was first'}
      description={
        <>
          Nothing was written to <span className="font-mono">{path}</span>: you began from {nameOf(race.base)}, and now
          it is {nameOf(race.theirs)}. Choose what becomes of both.
        </>
      }
      footer={
        <>
          <Button onClick={closeRace}>Back to my text</Button>
          <Button onClick={takeTheirs}>Take theirs</Button>
          <Button busy={isSaving} refusal={refusal} onClick={() => void writeOverTheirs()}>
            Keep mine
          </Button>
          {isText ? (
            <Button
              variant="primary"
              busy={isSaving}
              refusal={refusal}
              onClick={() => void writeOverTheirs(merged.current?.() ?? race.mine)}
            >
              Save the merged text
            </Button>
          ) : null}
        </>
      }
    >
      {isText ? (
        <ThreeTexts
          race={race}
          onMerge={(read) => {
            merged.current = read;
          }}
        />
      ) : (
        <ByteSummary left={race.theirs.bytes} right={race.mine} leftLabel="theirs" rightLabel="mine" />
      )}
    </Dialog>
  );
}

function ThreeTexts({ race, onMerge }: { readonly race: Race; readonly onMerge: (read: () => Uint8Array) => void }) {
  const base = textOf(race.base.bytes) ?? '';
  return (
    <div className="grid h-full min-h-80 grid-cols-[minmax(0,1fr)_minmax(0,2fr)] grid-rows-[auto_minmax(0,1fr)] gap-x-3 gap-y-1">
      <Heading title="Base" about={`${nameOf(race.base)}, from which you began`} />
      {/* As wide apart as the column of arrows between the two texts. */}
      <div className="grid grid-cols-2 gap-5">
        <Heading title="Theirs" about={`${nameOf(race.theirs)}, as it stands now`} />
        <Heading title="Mine" about="edit here to merge; → takes a part of theirs" />
      </div>
      <div className="flex min-h-0 flex-col rounded-md border border-line">
        <CodeEditor
          label="Base"
          text={base}
          base={base}
          generation={race.losses}
          language={/^\s*[[{]/.test(base) ? 'json' : 'text'}
          readOnly
        />
      </div>
      <DiffView
        left={textOf(race.theirs.bytes) ?? ''}
        right={textOf(race.mine) ?? ''}
        leftLabel="Theirs"
        rightLabel="Mine"
        onRight={(doc) => onMerge(() => encodeText(doc.toString()))}
      />
    </div>
  );
}

function Heading({ title, about }: { readonly title: string; readonly about: string }) {
  return (
    <div className="flex min-w-0 items-baseline gap-2">
      <h3 className="font-semibold">{title}</h3>
      <span className="truncate text-sm text-soft">{about}</span>
    </div>
  );
}

function nameOf({ version, sizeBytes }: Snapshot): string {
  return version === 0 ? 'no key (deleted, or never there)' : `version ${version} (${bytesText(sizeBytes)})`;
}
