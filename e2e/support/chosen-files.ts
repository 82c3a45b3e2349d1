import type { DroppedFile } from '../../src/engine/api';

/** The files in the test page's own input of this label, as the program's inputs hand them on. */
export function chosenFiles(label: string): DroppedFile[] {
  const input = [...document.querySelectorAll('label')]
    .find(({ textContent }) => textContent?.trim() === label)
    ?.querySelector('input');
  return Array.from(input?.files ?? [], (file) => ({ path: file.webkitRelativePath, file }));
}
