import type { ExportedFile } from './types';

/** The address of the last download: freed by the next, because a browser may still be reading a large file. */
let lastAddress: string | null = null;

/** Hands a file to the browser's downloads. The file stays where it is (on disk, mostly): only its address is made. */
export function saveFile({ name, file }: ExportedFile): void {
  if (lastAddress !== null) URL.revokeObjectURL(lastAddress);
  lastAddress = URL.createObjectURL(file);
  const anchor = document.createElement('a');
  anchor.href = lastAddress;
  anchor.download = name;
  anchor.hidden = true;
  document.body.append(anchor);
  anchor.click();
  anchor.remove();
}
