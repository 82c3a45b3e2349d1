/** Several things at once, of many. */

/**
 * Does something with each item, begun in their order, `atOnce` of them at a time. The first that fails aborts what the others were
 * given as `wanted`; settles when nothing goes on any more.
 * @throws the signal's reason, or what the first one failed with
 */
export async function eachAtOnce<T>(
  items: readonly T[],
  atOnce: number,
  signal: AbortSignal,
  work: (item: T, wanted: AbortSignal) => Promise<void>,
): Promise<void> {
  const failed = new AbortController();
  const wanted = AbortSignal.any([signal, failed.signal]);
  const left = items.values();
  const workThrough = async (): Promise<void> => {
    for (const item of left) {
      if (failed.signal.aborted) return;
      try {
        await work(item, wanted);
      } catch (error) {
        failed.abort(error);
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, workThrough));
  signal.throwIfAborted();
  failed.signal.throwIfAborted();
}
