import { useMemo } from 'react';
import { formatHex, parseHex } from '../hex.ts';
import { CodeEditor } from './code-editor.tsx';
import { edit } from './editor-store.ts';

/** Bytes as pairs of digits, to write over. What is no byte cannot be saved, and is said. */
export function HexEditor({
  path,
  bytes,
  generation,
}: {
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly generation: number;
}) {
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is typed must not be formatted under the hands
  const text = useMemo(() => formatHex(bytes), [path, generation]);
  return (
    <CodeEditor
      label={`Bytes of ${path}, as hex`}
      text={text}
      base={text}
      generation={`${path} ${generation}`}
      language="text"
      readOnly={false}
      onChange={(doc) => {
        if (doc === undefined) return edit(undefined);
        const parsed = parseHex(doc.toString());
        if (typeof parsed === 'string') edit({ read: () => bytes, problem: parsed });
        else edit({ read: () => parsed, problem: '' });
      }}
    />
  );
}
