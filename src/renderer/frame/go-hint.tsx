import { PANELS } from '../panels/registry.ts';
import { Keys } from '../ui/keys.tsx';
import { useOverlays } from './palette-store.ts';
import { GO_KEY } from './panel-keys.ts';

/** After the first of two keys: which second one opens what. */
export function GoHint() {
  const going = useOverlays((state) => state.going);
  return (
    <div role="status" className="pointer-events-none fixed inset-x-0 bottom-12 z-30 flex justify-center px-6">
      {going ? (
        <div className="rounded-lg border border-line-strong bg-raised px-4 py-3 shadow-[var(--shadow)]">
          <p className="mb-2 text-soft">
            <Keys keys={[GO_KEY]} /> and then a letter opens a panel. Esc takes it back.
          </p>
          <ul className="grid grid-cols-4 gap-x-6 gap-y-1.5">
            {PANELS.map(({ id, letter, title }) => (
              <li key={id} className="flex items-center gap-2">
                <Keys keys={[letter]} /> {title}
              </li>
            ))}
          </ul>
        </div>
      ) : null}
    </div>
  );
}
