let left: HTMLElement | undefined;

/** Before something is laid over the page that takes the focus without having been opened by a button of its own. */
export function rememberFocus(): void {
  const focused = globalThis.document?.activeElement;
  left = focused instanceof HTMLElement && focused !== document.body ? focused : undefined;
}

/** After it is gone: back to where the focus was, unless it has been given to something else meanwhile. */
export function returnFocus(): void {
  const target = left;
  left = undefined;
  if (target === undefined) return;
  // What was laid over gives the focus up a moment later.
  setTimeout(() => {
    if (document.activeElement === document.body && target.isConnected) target.focus();
  }, 0);
}
