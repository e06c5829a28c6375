import { Button } from '../../../ui/button.tsx';
import { countText } from '../../../ui/numbers.ts';
import { cancelExport, useExport } from './export-store.ts';

/** While an export runs: how far it is, as of which revision, and a way to stop it. */
export function ExportProgress() {
  const { phase, path, read, total, revision } = useExport();
  if (phase === 'idle') return null;
  return (
    <div className="flex items-center gap-3 border-b border-line bg-info-soft px-3 py-1.5">
      <span role="status">
        Exporting {path}: {countText(read)} of {countText(total)} keys
        {revision > 0 ? ` as of revision ${revision}` : ''}
      </span>
      <progress className="flex-1" aria-label="Exported" max={Math.max(1, total)} value={read} />
      <Button onClick={cancelExport}>Cancel</Button>
    </div>
  );
}
