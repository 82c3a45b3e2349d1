/**
 * Signs of life across tabs. A Web Lock is released by the browser when its tab closes or crashes, so a lock that can be
 * had means that its writer is gone. The API needs a secure context; elsewhere callers fall back to the age of records.
 */

const manager = (): LockManager | undefined => globalThis.navigator?.locks;

export const locksAvailable = (): boolean => manager() !== undefined;

/** Runs `work` while holding the lock. */
export async function withLock<T>(name: string, work: () => Promise<T>): Promise<T> {
  const locks = manager();
  return locks ? await locks.request(name, work) : work();
}

/** Runs `work` under the lock unless another holds it. Says whether it ran. Without locks it runs. */
export async function ifUnlocked(name: string, work: () => Promise<void>): Promise<boolean> {
  const locks = manager();
  if (!locks) {
    await work();
    return true;
  }
  return await locks.request(name, { ifAvailable: true }, async (lock) => {
    if (!lock) return false;
    await work();
    return true;
  });
}

/** Takes the lock and keeps it until the returned function is called, or the tab is gone. */
export function holdLock(name: string): Promise<() => void> {
  return new Promise((resolve, reject) => {
    withLock(name, () => new Promise<void>((release) => resolve(release))).catch(reject);
  });
}
