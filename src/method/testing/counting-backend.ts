/** A CPU backend that knows what it holds: how memory is bounded, and that everything is given back. */
import { createCpuBackend } from '../../runtime/cpu/backend';
import type { CountBuffer, TensorBackend, TensorBuffer } from '../../runtime/types';

export interface CountingBackend {
  readonly backend: TensorBackend;
  /** 32-bit elements held now, and at most so far; counters apart from tensors. */
  held(): { readonly elements: number; readonly counters: number };
  peak(): number;
}

export function createCountingBackend(): CountingBackend {
  const cpu = createCpuBackend();
  const tensors = new Map<TensorBuffer, number>();
  const counters = new Map<CountBuffer, number>();
  let peak = 0;
  const sum = (held: ReadonlyMap<unknown, number>) =>
    [...held.values()].reduce((total, length) => total + length, 0);
  const take = (buffer: TensorBuffer) => {
    tensors.set(buffer, buffer.length);
    peak = Math.max(peak, sum(tensors));
    return buffer;
  };
  const release = (buffer: TensorBuffer) => {
    if (!tensors.delete(buffer)) throw new Error('freed what is not held');
  };
  return {
    backend: {
      ...cpu,
      upload: (data) => take(cpu.upload(data)),
      allocate: (length) => take(cpu.allocate(length)),
      borrow: (length) => take(cpu.borrow(length)),
      receive: async (length, write) => take(await cpu.receive(length, write)),
      take(buffer) {
        release(buffer);
        return cpu.take(buffer);
      },
      free(buffer) {
        release(buffer);
        cpu.free(buffer);
      },
      allocateCounts(length) {
        const counts = cpu.allocateCounts(length);
        counters.set(counts, length);
        return counts;
      },
      freeCounts(counts) {
        if (!counters.delete(counts)) throw new Error('freed what is not held');
        cpu.freeCounts(counts);
      },
    },
    held: () => ({ elements: sum(tensors), counters: sum(counters) }),
    peak: () => peak,
  };
}
