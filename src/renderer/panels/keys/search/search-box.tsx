import { Search, X } from 'lucide-react';
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { IconButton } from '../../../ui/button.tsx';
import { Select, TextInput } from '../../../ui/field.tsx';
import { clearSearch, search, useSearch } from './search-store.ts';

const PAUSE_MS = 250;

/** Looks for a text in paths or values, in everything or below the folder that is open. */
export function SearchBox({
  root,
  folder,
  onLeave,
}: {
  readonly root: string;
  /** The folder that may be the scope. */
  readonly folder: string;
  /** Arrow down: on to what was found. */
  readonly onLeave: () => void;
}) {
  const [text, setText] = useState('');
  const [mode, setMode] = useState<'path' | 'value'>('path');
  const [isFolderOnly, setFolderOnly] = useState(false);
  const isSearching = useSearch((state) => state.query !== undefined);
  const input = useRef<HTMLInputElement>(null);
  const scope = isFolderOnly ? folder : root;
  const begin = (): void => {
    if (text !== '') search({ text, mode, scope, system: root !== '/' });
  };
  const latest = useRef(begin);
  latest.current = begin;
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is searched for, and where
  useEffect(() => {
    if (text === '') {
      clearSearch();
      return;
    }
    const timer = setTimeout(() => latest.current(), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text, mode, scope]);
  // What somebody searched for is forgotten with the panel.
  useEffect(() => clearSearch, []);
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Enter') begin();
    if (event.key === 'Escape' && text !== '') {
      event.preventDefault();
      setText('');
    }
    if (event.key === 'ArrowDown') {
      event.preventDefault();
      onLeave();
    }
  };
  return (
    <search className="flex flex-col gap-1.5 border-b border-line p-2">
      <div className="relative flex">
        <Search aria-hidden size={14} className="absolute top-1.5 left-2 text-faint" />
        <TextInput
          ref={input}
          mono
          aria-label="Search keys"
          placeholder={mode === 'path' ? 'Search in paths' : 'Search in values'}
          value={text}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={onKeyDown}
          className="w-full pr-8 pl-7"
        />
        {text === '' ? null : (
          <IconButton
            icon={X}
            label="Clear the search"
            className="absolute right-0"
            onClick={() => {
              setText('');
              input.current?.focus();
            }}
          />
        )}
      </div>
      {text === '' && !isSearching ? null : (
        <div className="flex gap-1.5">
          <Select
            label="Search in"
            value={mode}
            choices={[
              { value: 'path', label: 'in paths' },
              { value: 'value', label: 'in values' },
            ]}
            onChange={setMode}
          />
          <Select
            label="Scope of the search"
            value={isFolderOnly ? 'folder' : 'all'}
            choices={[
              { value: 'all', label: root === '/' ? 'everywhere' : `in ${root}` },
              { value: 'folder', label: `below ${folder}` },
            ]}
            onChange={(next) => setFolderOnly(next === 'folder')}
            className="min-w-0 flex-1"
          />
        </div>
      )}
    </search>
  );
}
