import { useState } from 'react';
import type { EntryView } from '../../../../contract/index.ts';
import { ActDialog, type Tell } from '../../../activity/act-dialog.tsx';
import { useWriteRefusal } from '../../../cell/cell-store.ts';
import { Checkbox, Field, TextInput } from '../../../ui/field.tsx';
import { draftBytes, draftProblem, NO_DRAFT } from '../../keys/value/bytes-draft.ts';
import { BytesField } from '../../keys/value/bytes-field.tsx';
import { checkpoint, complete, fail } from '../entry-actions.ts';
import { askNothing, type Report } from '../queues-store.ts';

const WORDS = {
  checkpoint: {
    title: (seq: number) => `Checkpoint entry ${seq}`,
    description:
      'Whoever continues it after this worker is given this beside the payload. It takes the place of the last.',
    field: 'How far it is',
    confirm: 'Keep the checkpoint',
  },
  complete: {
    title: (seq: number) => `Complete entry ${seq}`,
    description: 'It is done; what waits for it waits no longer.',
    field: 'Result',
    confirm: 'Complete',
  },
} as const;

interface ReportProps {
  readonly path: string;
  readonly entry: EntryView;
}

/** What a worker says of its entry. */
export function ReportDialog({ report, ...props }: ReportProps & { readonly report: Report }) {
  return report === 'fail' ? <FailDialog {...props} /> : <BytesDialog report={report} {...props} />;
}

function BytesDialog({ report, path, entry }: ReportProps & { readonly report: keyof typeof WORDS }) {
  const [draft, setDraft] = useState(NO_DRAFT);
  const refusal = useWriteRefusal() || draftProblem(draft);
  const { title, description, field, confirm } = WORDS[report];
  const run = (tell: Tell): Promise<boolean> => {
    const bytes = draftBytes(draft)!;
    return report === 'checkpoint' ? checkpoint(tell, path, entry, bytes) : complete(tell, path, entry, bytes);
  };
  return (
    <ActDialog
      title={title(entry.seq)}
      description={description}
      confirm={confirm}
      refusal={refusal}
      run={run}
      onClose={askNothing}
    >
      <BytesField label={field} draft={draft} rows={4} onChange={setDraft} />
    </ActDialog>
  );
}

function FailDialog({ path, entry }: ReportProps) {
  const [why, setWhy] = useState('');
  const [isRetried, setRetried] = useState(true);
  const { seq, attempts, maxAttempts } = entry;
  const isLast = maxAttempts > 0 && attempts >= maxAttempts;
  return (
    <ActDialog
      title={`Fail entry ${seq}`}
      description={
        isLast
          ? `This was attempt ${attempts} of ${maxAttempts}: it is dead then, until somebody requeues it.`
          : 'It is given back. Another attempt goes on from the last checkpoint.'
      }
      confirm={isRetried && !isLast ? 'Give it back' : 'Give it up'}
      danger={!isRetried || isLast}
      refusal={useWriteRefusal()}
      run={(tell) => fail(tell, path, entry, why, isRetried)}
      onClose={askNothing}
    >
      <Field label="Why" hint="For people: it stands in the entry.">
        {(ids) => <TextInput {...ids} value={why} onChange={(event) => setWhy(event.target.value)} />}
      </Field>
      {isLast ? null : (
        <Checkbox label="Try again; otherwise it is dead at once" checked={isRetried} onChange={setRetried} />
      )}
    </ActDialog>
  );
}
