import { type FormEvent, type ReactNode, useId, useState } from 'react';
import { Button } from '../ui/button.tsx';
import { Dialog, type DialogProps } from '../ui/dialog.tsx';
import { ErrorNote } from '../ui/notes.tsx';

/** Shows the failure of a call where it was asked for, and lets it through. */
export type Tell = <T>(call: Promise<T>) => Promise<T>;

/**
 * A question before something is done: Enter does it, what fails is told in the dialog with what became of the data, and it
 * is closed when it was done.
 */
export function ActDialog({
  title,
  description,
  size,
  confirm,
  danger = false,
  refusal,
  run,
  onClose,
  children,
}: Pick<DialogProps, 'title' | 'description' | 'size'> & {
  /** What the button says. */
  readonly confirm: string;
  readonly danger?: boolean;
  /** Why it cannot be done now; empty when it can. */
  readonly refusal: string;
  /** Does it, through `act`. False: not done, and the question stays. */
  readonly run: (tell: Tell) => Promise<boolean>;
  readonly onClose: () => void;
  readonly children?: ReactNode;
}) {
  const formId = useId();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (refusal !== '' || busy) return;
    setBusy(true);
    setError(undefined);
    const done = await run((call) =>
      call.catch((failed: unknown) => {
        setError(failed);
        throw failed;
      }),
    );
    setBusy(false);
    if (done) onClose();
  };
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={title}
      description={description}
      {...(size === undefined ? {} : { size })}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" form={formId} variant={danger ? 'danger' : 'primary'} busy={busy} refusal={refusal}>
            {confirm}
          </Button>
        </>
      }
    >
      <form id={formId} className="flex flex-col gap-3" onSubmit={(event) => void submit(event)}>
        {children}
        {error === undefined ? null : <ErrorNote error={error} isWrite />}
      </form>
    </Dialog>
  );
}
