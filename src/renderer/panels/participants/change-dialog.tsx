import { useState } from 'react';
import type { MemberPreview } from '../../../contract/index.ts';
import { act } from '../../activity/activity-store.ts';
import { useAgentName, useCell } from '../../cell/cell-store.ts';
import { client } from '../../connection/connection-store.ts';
import { useLoad } from '../../connection/load.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Field, Select } from '../../ui/field.tsx';
import { ErrorNote } from '../../ui/notes.tsx';
import { agentsOf, memberAction, replacements } from './member-actions.ts';
import { type Asked, askNothing } from './participants-store.ts';
import { WhatIf } from './what-if.tsx';

/** Asks before the members change, and says what it would mean. What was computed for other members is not carried out. */
export function ChangeDialog({ asked: { action, agentId } }: { readonly asked: Asked & { readonly kind: 'change' } }) {
  const name = useAgentName(agentId);
  const view = useCell((state) => state.view);
  const candidates = view === undefined ? [] : replacements(view);
  const [chosenId, setChosenId] = useState('');
  const learnerId = chosenId || (candidates[0]?.agentId ?? '');
  const agents = view === undefined ? [agentId] : agentsOf(action, agentId, learnerId, view);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const words = memberAction(action, name);
  // Who answers is part of the preview, so it is computed again when that changes.
  const live = view?.health.tolerance.liveVoters;
  const preview = useLoad<MemberPreview>(
    (operator, signal) => operator.cell.previewMembers({ action, agents }, { signal }),
    [action, agents.join(), view?.status.epoch, live],
    // While the change is made, the members it was computed for go away.
    !busy,
  );

  const confirm = async (expectedEpoch: number): Promise<void> => {
    setBusy(true);
    setError(undefined);
    const done = await act(
      words.title.replace('?', ''),
      () =>
        client()
          .cell.changeMembers({ action, agents, expectedEpoch })
          .catch((failed: unknown) => {
            setError(failed);
            throw failed;
          }),
      ({ epoch, leader }) => `epoch ${epoch}, ${leader === '' ? 'no leader yet' : `${leader} leads`}`,
    );
    setBusy(false);
    if (done !== undefined) askNothing();
  };

  const refusal = preview.data === undefined ? 'what it means is still being computed' : preview.data.refusal;
  return (
    <Dialog
      open
      onOpenChange={askNothing}
      title={words.title}
      description={words.explains}
      size="medium"
      footer={
        <>
          <Button onClick={askNothing}>Cancel</Button>
          <Button
            variant={words.danger ? 'danger' : 'primary'}
            busy={busy}
            refusal={refusal}
            onClick={() => void confirm(preview.data?.epoch ?? 0)}
          >
            {words.confirm}
          </Button>
        </>
      }
    >
      <div className="flex min-h-32 flex-col gap-3">
        {action === 'replace' ? (
          <Field label="By">
            {(ids) => (
              <Select
                {...ids}
                label="The learner that takes its place"
                value={learnerId}
                choices={candidates.map((learner) => ({
                  value: learner.agentId,
                  label: `${learner.name}${learner.lagSlots === 0 ? '' : ` (${learner.lagSlots} behind)`}`,
                }))}
                onChange={setChosenId}
              />
            )}
          </Field>
        ) : null}
        {preview.data === undefined ? null : <WhatIf preview={preview.data} />}
        {preview.error === undefined ? null : <ErrorNote error={preview.error} onRetry={preview.reload} />}
        {error === undefined ? null : <ErrorNote error={error} isWrite />}
      </div>
    </Dialog>
  );
}
