import { ErrorNote, WarningNote } from '../../../ui/notes.tsx';
import { countText } from '../../../ui/numbers.ts';
import type { ImportReport } from './import-plan.ts';

/** Exactly what an import did, also when it failed half way. */
export function ImportResult({ report }: { readonly report: ImportReport }) {
  const { written, lost, unknown, notTried, error } = report;
  const isWhole = error === undefined && notTried + lost.length + unknown.length === 0;
  return (
    <div className="flex flex-col gap-2">
      {error === undefined ? null : <ErrorNote error={error} isWrite />}
      <p role="status">
        <b>{countText(written)}</b> {written === 1 ? 'key was' : 'keys were'} written
        {notTried > 0 ? `, ${countText(notTried)} ${notTried === 1 ? 'was' : 'were'} not tried` : ''}.
        {isWhole ? null : ' To go on, import the same file again: what is written already counts as the same.'}
      </p>
      <PathList paths={lost} text="had been changed by somebody else since they were compared, and were left alone:" />
      <PathList paths={unknown} text="were sent, and it is not known whether they were written:" />
    </div>
  );
}

function PathList({ paths, text }: { readonly paths: readonly string[]; readonly text: string }) {
  if (paths.length === 0) return null;
  return (
    <WarningNote>
      {countText(paths.length)} {text}
      <ul className="mt-1 max-h-40 overflow-auto font-mono">
        {paths.map((path) => (
          <li key={path}>{path}</li>
        ))}
      </ul>
    </WarningNote>
  );
}
