/** Elements that got their title here: it goes again when their text fits. */
const told = new WeakSet<Element>();

/**
 * Text that has less room than it needs is told in full when it is pointed at, wherever it stands. One listener for the
 * page, because whether text is cut off changes with every resize and every new value.
 *
 * @returns a function that ends it
 */
export function tellCutOffText(): () => void {
  const onOver = ({ target }: PointerEvent): void => {
    for (
      let element = target instanceof HTMLElement ? target : null;
      element !== null;
      element = element.parentElement
    ) {
      if (element.title !== '' && !told.has(element)) return;
      if (isCutOff(element)) {
        element.title = element.textContent;
        told.add(element);
        return;
      }
      if (told.delete(element)) element.removeAttribute('title');
    }
  };
  document.addEventListener('pointerover', onOver);
  return () => document.removeEventListener('pointerover', onOver);
}

function isCutOff(element: HTMLElement): boolean {
  return element.scrollWidth > element.clientWidth && getComputedStyle(element).textOverflow === 'ellipsis';
}
