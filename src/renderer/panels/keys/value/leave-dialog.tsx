import { useEffect, useState } from 'react';
import { guardLeaving } from '../../../navigation/navigation-store.ts';
import { Button } from '../../../ui/button.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { discard, useEditor } from './editor-store.ts';

/** Leaving a key with unsaved edits asks; so does closing the window. */
export function LeaveDialog() {
  const isDirty = useEditor((state) => state.draft !== undefined);
  const path = useEditor((state) => state.path);
  const [go, setGo] = useState<(() => void) | undefined>(undefined);
  useEffect(() => {
    if (!isDirty) return;
    guardLeaving((place, leave) => {
      if (place.panel === 'keys' && (place.query.path ?? '') === path) return true;
      setGo(() => leave);
      return false;
    });
    const onUnload = (event: BeforeUnloadEvent): void => event.preventDefault();
    addEventListener('beforeunload', onUnload);
    return () => {
      guardLeaving(undefined);
      removeEventListener('beforeunload', onUnload);
    };
  }, [isDirty, path]);
  const stay = (): void => setGo(undefined);
  return (
    <Dialog
      open={go !== undefined}
      onOpenChange={stay}
      title="Leave without saving?"
      description={
        <>
          What you typed into <span className="font-mono break-all">{path}</span> is not saved.
        </>
      }
      footer={
        <>
          <Button onClick={stay}>Stay</Button>
          <Button
            variant="danger"
            onClick={() => {
              stay();
              guardLeaving(undefined);
              discard();
              go?.();
            }}
          >
            Discard and leave
          </Button>
        </>
      }
    >
      {null}
    </Dialog>
  );
}
