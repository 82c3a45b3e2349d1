/** A file that is not begun: whatever it is to hold is still to be read when it is let go. */
import type { Page } from '@playwright/test';

interface WritableFile {
  createSyncAccessHandle(): Promise<unknown>;
}

declare global {
  var letWritingGo: (() => void) | undefined;
}

/** Runs in a worker. */
function holdWritingHere(): void {
  // Only in dedicated workers, so not in TypeScript's DOM library.
  const files = FileSystemFileHandle.prototype as unknown as WritableFile;
  const open = files.createSyncAccessHandle;
  const letGo = new Promise<void>((resolve) => {
    globalThis.letWritingGo = resolve;
  });
  files.createSyncAccessHandle = async function (this: WritableFile) {
    await letGo;
    return open.call(this);
  };
}

/**
 * Holds the files that the page's workers open for writing from now on, so that something can be done in the middle of a
 * download.
 *
 * @returns lets them go on
 */
export async function holdWriting(page: Page): Promise<() => Promise<void>> {
  const workers = page.workers();
  await Promise.all(workers.map((worker) => worker.evaluate(holdWritingHere)));
  return async () => {
    await Promise.all(workers.map((worker) => worker.evaluate(() => globalThis.letWritingGo?.())));
  };
}
