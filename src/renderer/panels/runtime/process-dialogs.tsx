import { useState } from 'react';
import { useLoad } from '../../connection/load.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { ErrorNote, WarningNote } from '../../ui/notes.tsx';
import { NumberField } from '../../ui/number-field.tsx';
import { exactTime } from '../../ui/time.tsx';
import { takeCpuProfile, takeHeapSnapshot } from './process-actions.ts';

interface DialogState {
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
}

const PROFILE_SECONDS_MIN = 0.1;
const PROFILE_SECONDS_MAX = 120;

export function CpuProfileDialog({ open, onOpenChange }: DialogState) {
  const [seconds, setSeconds] = useState('5');
  const value = Number(seconds);
  const isValid = seconds.trim() !== '' && value >= PROFILE_SECONDS_MIN && value <= PROFILE_SECONDS_MAX;
  const error = isValid ? '' : `Between ${PROFILE_SECONDS_MIN} and ${PROFILE_SECONDS_MAX} seconds.`;
  const start = (): void => {
    if (!isValid) return;
    onOpenChange(false);
    void takeCpuProfile(Math.round(value * 1_000));
  };
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title="CPU profile"
      description="Samples what the process of this agent does, and saves a .cpuprofile: Chrome's developer tools and editors open it."
      footer={
        <>
          <Button onClick={() => onOpenChange(false)}>Close</Button>
          <Button variant="primary" refusal={error} onClick={start}>
            Start
          </Button>
        </>
      }
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          start();
        }}
      >
        <NumberField
          label="Seconds"
          error={error}
          hint="The agent works on meanwhile, a little slower."
          value={seconds}
          onChange={setSeconds}
          className="w-24"
        />
      </form>
    </Dialog>
  );
}

export function HeapSnapshotDialog({ open, onOpenChange }: DialogState) {
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title="Heap snapshot"
      description="Saves every object in the memory of this agent as a .heapsnapshot: Chrome's developer tools open it."
      footer={
        <>
          <Button onClick={() => onOpenChange(false)}>Do not take it</Button>
          <Button
            variant="primary"
            onClick={() => {
              onOpenChange(false);
              void takeHeapSnapshot();
            }}
          >
            Take it
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-2">
        <WarningNote>
          The process stops while the objects are gathered: about a second for each 100 MiB of heap. A leader that stops
          for longer than an election timeout loses the leadership; nothing that was acknowledged is lost.
        </WarningNote>
        <WarningNote>The file holds keys and values in the clear.</WarningNote>
      </div>
    </Dialog>
  );
}

const STATE_TEXT = {
  running: 'It was running this, innermost first:',
  idle: 'It was idle: it waited for something to do.',
  native: 'It was inside native code (a system call, SQLite) that does not tell its stack.',
} as const;

export function CallStackDialog({ open, onOpenChange }: DialogState) {
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      size="large"
      title="Stack of the running process"
      description="What the process of this agent did at one moment."
    >
      <CallStack />
    </Dialog>
  );
}

/** Asked for when the dialog opens. */
function CallStack() {
  const { data, error, loading, reload } = useLoad(
    (asked, signal) => asked.runtime.callStack(undefined, { signal }),
    [],
  );
  return (
    <div className="flex min-h-60 flex-col gap-2 pb-3">
      <div className="flex items-center gap-2">
        {data === undefined ? null : (
          <>
            <Badge tone={data.state === 'running' ? 'info' : 'neutral'}>{data.state}</Badge>
            <span className="text-soft">{exactTime(data.atMs)}</span>
          </>
        )}
        <span className="ml-auto">
          <Button busy={loading} onClick={reload}>
            Take another
          </Button>
        </span>
      </div>
      {error === undefined ? null : <ErrorNote error={error} />}
      {data === undefined ? null : <p>{STATE_TEXT[data.state]}</p>}
      <ol className="flex flex-col font-mono text-sm">
        {(data?.frames ?? []).map((frame, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the same function may be on the stack many times
          <li key={index} className="flex flex-wrap gap-x-3 border-t border-line py-1">
            <span className="font-semibold break-all">{frame.function || '(anonymous)'}</span>
            <span className="break-all text-soft">
              {frame.url === '' ? 'no source' : `${frame.url}:${frame.line}:${frame.column}`}
            </span>
          </li>
        ))}
      </ol>
    </div>
  );
}
