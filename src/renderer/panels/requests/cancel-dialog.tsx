import type { CallView } from '../../../contract/index.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';

/** Asks before a call of somebody else is ended of which it cannot be said what it did. */
export function CancelDialog({
  open,
  onOpenChange,
  call,
  meaning,
  onCancel,
}: {
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
  readonly call: CallView;
  readonly meaning: string;
  readonly onCancel: () => void;
}) {
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title={`Cancel ${call.method}?`}
      description={`Its client (${call.peer}) is told that the call was cancelled.`}
      footer={
        <>
          <Button onClick={() => onOpenChange(false)}>Let it run</Button>
          <Button variant="danger" onClick={onCancel}>
            Cancel the call
          </Button>
        </>
      }
    >
      {meaning}
    </Dialog>
  );
}
