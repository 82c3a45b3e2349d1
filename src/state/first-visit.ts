/** Is this page opened for the first time in this browser? Known before the engine, which owns the library, is there. */
export async function isFirstVisit(): Promise<boolean> {
  try {
    return (await indexedDB.databases()).length === 0;
  } catch {
    // A browser that does not tell: the library itself will, a little later.
    return false;
  }
}
