/** What to say when the browser's storage refuses or fails: what was needed, what there is, what to do. */
import type { NamedBlob } from '../checkpoint/types';
import { StorageError } from '../errors';
import type { Space } from './usage';

/** The standard's name, and Firefox's older ones. */
const QUOTA_ERRORS = new Set([
  'QuotaExceededError',
  'NS_ERROR_DOM_QUOTA_REACHED',
  'NS_ERROR_DOM_INDEXEDDB_QUOTA_ERR',
  'NS_ERROR_FILE_NO_DEVICE_SPACE',
]);

export const isQuotaError = (error: unknown): boolean => QUOTA_ERRORS.has(errorName(error));

/** Told by name: the class of quota errors differs between browsers and is changing in the standard. */
export function errorName(error: unknown): string {
  return error instanceof Error || error instanceof DOMException ? error.name : 'unknown error';
}

/** Decimal units with three digits, as file managers and browsers print them. */
export function formatBytes(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (Number(value.toPrecision(3)) >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? value : Number(value.toPrecision(3))} ${units[unit]}`;
}

function spaceSentence(space: Space): string {
  if (space.quota === null || space.available === null) {
    return 'The browser does not say how much it grants this site.';
  }
  return (
    `This site uses ${formatBytes(space.used)} of the ${formatBytes(space.quota)} ` +
    `that the browser grants it, so ${formatBytes(space.available)} are available.`
  );
}

const MAKE_ROOM =
  'Remove models or image sets from the library, or free disk space, then try again.';

/** The refusal before the first byte is written. */
export function cannotFit(name: string, needed: number, space: Space): StorageError {
  return new StorageError(
    `${name} needs ${formatBytes(needed)} and cannot be stored. ${spaceSentence(space)} ${MAKE_ROOM}`,
  );
}

/** A write that failed half-way. `clean` tells whether everything written before could be removed again. */
export function writeFailed(
  name: string,
  needed: number,
  space: Space,
  error: unknown,
  clean: boolean,
): StorageError {
  const kind = errorName(error);
  const kept = clean
    ? 'Nothing of it was kept.'
    : 'What was written of it is removed the next time this page starts.';
  if (isQuotaError(error)) {
    // The quota counts the whole disk, other programs' files included.
    const disk =
      space.available !== null && space.available >= needed
        ? ' The disk itself seems to have less room than that.'
        : '';
    return new StorageError(
      `${name} needs ${formatBytes(needed)} and the browser's storage is full. ${kept} ` +
        `${spaceSentence(space)}${disk} ${MAKE_ROOM}`,
      { cause: error },
    );
  }
  return new StorageError(
    `${name} (${formatBytes(needed)}) could not be stored: the browser's storage failed (${kind}). ` +
      `${kept} ${spaceSentence(space)} A nearly full disk or a private window is the usual reason: free space or use a normal window, reload the page and try again.`,
    { cause: error },
  );
}

/** Reading, listing, changing or removing failed, or the store could not be opened at all. */
export function accessFailed(doing: string, error: unknown): StorageError {
  const why = isQuotaError(error)
    ? `is full. ${MAKE_ROOM}`
    : `failed (${errorName(error)}). Reload the page; a private window, blocked site data or a full disk can be the reason.`;
  return new StorageError(`${doing} did not work: the browser's storage ${why}`, { cause: error });
}

/**
 * The first of these files that can no longer be read, as an error that names it; undefined if all can. A browser checks
 * a file's size and time (Chromium: in whole seconds) at every read, so two bytes show whether it changed or vanished
 * since it was chosen.
 */
export async function findUnreadable(
  pieces: readonly NamedBlob[],
): Promise<StorageError | undefined> {
  for (const { name, blob } of pieces) {
    try {
      await blob.slice(0, 1).arrayBuffer();
      await blob.slice(blob.size - 1).arrayBuffer();
    } catch (error) {
      return new StorageError(
        `${name} can no longer be read (${errorName(error)}): it was changed, moved or deleted while it was being ` +
          'added. Nothing of it was kept. Add it again.',
        { cause: error },
      );
    }
  }
  return undefined;
}
