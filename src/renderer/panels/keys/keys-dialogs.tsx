import { closeDialog, useDialogs } from './dialogs-store.ts';
import { ImportDialog } from './transfer/import-dialog.tsx';
import { CreateDialog } from './value/create-dialog.tsx';
import { DeleteKeyDialog, DeleteTreeDialog } from './value/delete-dialogs.tsx';
import { LeaseDialog } from './value/lease-dialog.tsx';
import { LeaveDialog } from './value/leave-dialog.tsx';
import { RaceDialog } from './value/race-dialog.tsx';

/** Whatever the panel asks. */
export function KeysDialogs() {
  const dialog = useDialogs((state) => state.dialog);
  return (
    <>
      {dialog.kind === 'create' ? <CreateDialog path={dialog.path} onClose={closeDialog} /> : null}
      {dialog.kind === 'delete' ? <DeleteKeyDialog path={dialog.path} onClose={closeDialog} /> : null}
      {dialog.kind === 'deleteTree' ? <DeleteTreeDialog path={dialog.path} onClose={closeDialog} /> : null}
      {dialog.kind === 'lease' ? <LeaseDialog path={dialog.path} onClose={closeDialog} /> : null}
      <ImportDialog open={dialog.kind === 'import'} onClose={closeDialog} />
      <RaceDialog />
      <LeaveDialog />
    </>
  );
}
