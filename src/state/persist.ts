/**
 * Asks the browser not to evict what this page keeps: without that it may, when the disk fills up. `persist` exists on the
 * page's thread only, not in the engine's. Some browsers ask their user, so it is for a moment that shows why.
 */
export async function askToPersist(): Promise<void> {
  try {
    await navigator.storage.persist();
  } catch {
    // Missing over plain http and in old browsers: the same as a refusal, after which everything works as before.
  }
}
