/**
 * What a part is stored as: a Blob, which stays on the disk, or its bytes where the browser stores no Blobs (WebKit in
 * windows that keep nothing: private ones, automation). Found out when a Blob is refused for the first time.
 */
import { type Database, resultOf } from './database';
import { isQuotaError } from './failure';

/** What is known of this browser; shared by everything that stores or opens parts. */
export interface PartValues {
  /** Parts are stored as bytes, and opened into memory. */
  asBytes: boolean;
}

/** A stored part, whatever it was stored as; null for what is none. */
export function partOf(value: unknown): Blob | null {
  if (value instanceof Blob) return value;
  return value instanceof ArrayBuffer ? new Blob([value]) : null;
}

/** Stores by `put`, which is called with a Blob, and again with its bytes where this browser cannot store Blobs. */
export async function storePartValue(
  database: Database,
  known: PartValues,
  blob: Blob,
  put: (value: Blob | ArrayBuffer) => Promise<void>,
): Promise<void> {
  if (!known.asBytes) {
    try {
      return await put(blob);
    } catch (error) {
      // Another writer may have found out meanwhile.
      if (isQuotaError(error) || (!known.asBytes && !(await refusesBlobs(database)))) throw error;
      known.asBytes = true;
    }
  }
  return put(await blob.arrayBuffer());
}

const PROBE_KEY = ['probe'];

/** Blobs fail where bytes do not. A store in which nothing works says nothing about either. */
async function refusesBlobs(database: Database): Promise<boolean> {
  const probe = async (value: unknown) =>
    database.atomically('readwrite', async (store) => {
      await resultOf(store.put(value, PROBE_KEY));
      store.delete(PROBE_KEY);
    });
  try {
    await probe(new ArrayBuffer(1));
  } catch {
    return false;
  }
  return probe(new Blob(['x'])).then(
    () => false,
    (error: unknown) => !isQuotaError(error),
  );
}
