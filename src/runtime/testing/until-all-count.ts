/** Test support: a team whose threads are late is computed for by whoever is there; this waits until all have taken part. */
import type { CpuCounts } from '../cpu/reference';
import type { TensorBackend } from '../types';

/** @param threads - the calling one among them */
export async function untilAllCount(backend: TensorBackend, threads: number): Promise<void> {
  const counts = backend.allocateCounts(2);
  const values = await backend.receive(2 ** 20, async (memory) => void memory.fill(1));
  // Each counts the positive ones into a counter of its own.
  const counters = () => (counts as CpuCounts).data.filter((count) => count > 0).length;
  while (counters() < threads) {
    backend.countSigns(counts, values);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  backend.freeCounts(counts);
  backend.free(values);
}
