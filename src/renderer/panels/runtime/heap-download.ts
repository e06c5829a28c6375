/** Pieces are joined so far that the page holds few strings; the browser keeps large blobs on disk. */
const JOIN_CHARACTERS = 8 * 1024 * 1024;

export interface CollectedFile {
  readonly fileName: string;
  readonly content: Blob;
}

/** Takes a text that comes in pieces. `onProgress` is told how much has come, in bytes. */
export async function collectFile(
  pieces: AsyncIterable<{ readonly fileName: string; readonly text: string }>,
  onProgress: (bytes: number) => void,
): Promise<CollectedFile> {
  let fileName = '';
  let content = new Blob([], { type: 'application/json' });
  let waiting: string[] = [];
  let waitingCharacters = 0;
  const join = (): void => {
    content = new Blob([content, ...waiting], { type: 'application/json' });
    waiting = [];
    waitingCharacters = 0;
  };
  for await (const piece of pieces) {
    fileName = piece.fileName;
    waiting.push(piece.text);
    waitingCharacters += piece.text.length;
    if (waitingCharacters >= JOIN_CHARACTERS) join();
    onProgress(content.size + waitingCharacters);
  }
  join();
  if (content.size === 0) throw new Error('The agent sent no snapshot: it may have been stopped meanwhile.');
  return { fileName, content };
}
