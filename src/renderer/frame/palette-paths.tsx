import { FileText, Folder, KeyRound } from 'lucide-react';
import { useEffect } from 'react';
import type { LevelItem } from '../../contract/index.ts';
import { useLoad } from '../connection/load.ts';
import { navigate } from '../navigation/navigation-store.ts';
import { countText } from '../ui/numbers.ts';
import { PaletteGroup, PaletteItem } from './palette-item.tsx';
import { markInPalette, usePalette } from './palette-store.ts';
import { pathQuestion, suggestionsOf } from './path-suggestions.ts';

const SHOWN = 20;

interface Level {
  readonly path: string;
  readonly items: readonly LevelItem[];
  readonly more: boolean;
}

/** Keys on the level of the path that is being typed; Tab takes the marked one over. */
export function PalettePaths({ search }: { readonly search: string }) {
  const question = pathQuestion(search);
  const { data, error } = useLoad<Level>(
    async (client, signal) => {
      if (question === undefined) return { path: '', items: [], more: false };
      const { path, after } = question;
      const { items, more } = await client.keys.level({ path, after, limit: SHOWN }, { signal });
      return { path, items, more };
    },
    [question?.path, question?.after],
    question !== undefined,
  );
  // While the next level is asked for, the one before is still here.
  const items = question !== undefined && data?.path === question.path ? data.items : [];
  const suggestions = question === undefined ? [] : suggestionsOf(question, items);
  const canOpen = search.length > 1 && !search.endsWith('/') && !suggestions.some(({ path }) => path === search);
  const first = canOpen ? search : suggestions[0]?.path;
  // Keys come after an answer of the agent; by then something else may have been marked as the first.
  useEffect(() => {
    if (first !== undefined && !usePalette.getState().marked.startsWith('/')) markInPalette(first);
  }, [first]);
  if (question === undefined) return null;
  // The page of the level ended among the matches: there may be others.
  const isCut = data?.more === true && suggestions.length > 0 && suggestions.length === items.length;
  return (
    <PaletteGroup heading="Keys" always>
      {canOpen ? (
        <PaletteItem value={search} icon={KeyRound} always onSelect={() => navigate('keys', { path: search })}>
          Open <span className="font-mono">{search}</span>
        </PaletteItem>
      ) : null}
      {suggestions.map(({ path, isKey, descendants }) => (
        <PaletteItem
          key={path}
          value={path}
          icon={isKey ? FileText : Folder}
          always
          hint={descendants === 0 ? undefined : `${countText(descendants)} below`}
          onSelect={() => navigate('keys', { path })}
        >
          <span className="font-mono">{path}</span>
        </PaletteItem>
      ))}
      {isCut ? (
        <p className="px-2 py-1 text-sm text-faint">There are more on this level: type on, or open it in Keys.</p>
      ) : null}
      {error === undefined ? null : (
        <p className="px-2 py-1 text-sm text-bad">The keys of this level could not be listed.</p>
      )}
    </PaletteGroup>
  );
}
