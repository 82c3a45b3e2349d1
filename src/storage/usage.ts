/** How much the browser grants this origin, and how much of it is taken. */

/** Bytes; null where the browser does not tell. */
export interface Space {
  readonly used: number;
  readonly quota: number | null;
  readonly available: number | null;
}

/**
 * The browser's estimate. The quota is computed from the total disk, not from what is free on it, so enough here is no
 * promise: a write can still fail. `held` stands in for `used` where there is no estimate.
 */
export async function readSpace(held: number): Promise<Space> {
  try {
    const { usage, quota } = (await globalThis.navigator?.storage?.estimate()) ?? {};
    if (usage !== undefined && quota !== undefined) {
      return { used: usage, quota, available: Math.max(0, quota - usage) };
    }
  } catch {
    // Some browsers refuse in private windows: the same as not telling.
  }
  return { used: held, quota: null, available: null };
}

/** `persist()` itself exists only on the page's thread. */
export async function readPersisted(): Promise<boolean> {
  try {
    return (await globalThis.navigator?.storage?.persisted()) ?? false;
  } catch {
    return false;
  }
}
