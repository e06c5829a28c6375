import { FileText } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useLoad } from '../connection/load.ts';
import { navigate } from '../navigation/navigation-store.ts';
import { PaletteGroup, PaletteItem } from './palette-item.tsx';
import { markInPalette, usePalette } from './palette-store.ts';

const SHOWN = 8;
/** One letter is in nearly every path, and a path that is being typed lists its level instead. */
const LETTERS_MIN = 2;
const TYPING_PAUSE_MS = 150;

interface Found {
  readonly text: string;
  readonly paths: readonly string[];
  readonly isWhole: boolean;
}

/** Keys with what was typed anywhere in their path. */
export function PaletteFound({ search }: { readonly search: string }) {
  const text = useSettled(search.trim());
  const isAsked = text.length >= LETTERS_MIN && !text.startsWith('/');
  const { data } = useLoad<Found>(
    async (client, signal) => {
      const { items, scannedThrough } = await client.keys.search({ text, mode: 'path', limit: SHOWN }, { signal });
      return { text, paths: items.map(({ path }) => path), isWhole: scannedThrough === '' };
    },
    [text],
    isAsked,
  );
  const found = isAsked && data?.text === text && text === search.trim() ? data : undefined;
  const first = found?.paths[0];
  // An action on a path is called after it; what was meant first is the key itself.
  useEffect(() => {
    const { marked } = usePalette.getState();
    if (first !== undefined && marked.includes('/') && !marked.startsWith('/')) markInPalette(first);
  }, [first]);
  if (found === undefined || found.paths.length === 0) return null;
  return (
    <PaletteGroup heading="Keys" always>
      {found.paths.map((path) => (
        <PaletteItem key={path} value={path} icon={FileText} always onSelect={() => navigate('keys', { path })}>
          <span className="font-mono">{path}</span>
        </PaletteItem>
      ))}
      {found.isWhole ? null : (
        <p className="px-2 py-1 text-sm text-faint">There may be more: type on, or search in Keys.</p>
      )}
    </PaletteGroup>
  );
}

/** What was typed, once the typing pauses: not every letter is worth a search. */
function useSettled(text: string): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), TYPING_PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}
