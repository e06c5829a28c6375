/** So long the browser may take to begin with it; the memory is its own from then on. */
const KEPT_MS = 60_000;

/** Offers a file to the person, as a download does. */
export function saveFile(name: string, content: Blob): void {
  const url = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), KEPT_MS);
}
