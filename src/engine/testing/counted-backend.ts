/** Test support: the CPU backend with what is alive on it, and what was asked of it. */
import { createCpuBackend } from '../../runtime/cpu/backend';
import type { TensorBackend, TensorBuffer } from '../../runtime/types';

export interface CountedBackend {
  readonly backend: TensorBackend;
  /** Buffers that were made and not freed; freeing one twice throws. */
  alive(): number;
  /** How often it was done so far. */
  readonly done: { uploads: number; allocations: number; merges: number; writes: number };
  /** Bytes that were asked for before anything was made. */
  readonly reserved: number[];
}

export function countedBackend(kind: TensorBackend['kind'] = 'cpu'): CountedBackend {
  const cpu = createCpuBackend();
  const alive = new Set<TensorBuffer>();
  const done = { uploads: 0, allocations: 0, merges: 0, writes: 0 };
  const reserved: number[] = [];
  const made = (buffer: TensorBuffer): TensorBuffer => {
    alive.add(buffer);
    return buffer;
  };
  const gone = (buffer: TensorBuffer) => {
    if (!alive.delete(buffer)) throw new Error('a buffer was freed twice');
  };
  const backend: TensorBackend = {
    ...cpu,
    kind,
    async reserve(bytes) {
      reserved.push(bytes);
    },
    upload(data) {
      done.uploads++;
      return made(cpu.upload(data));
    },
    allocate(length) {
      done.allocations++;
      return made(cpu.allocate(length));
    },
    scaleAndAdd(...given) {
      done.merges++;
      cpu.scaleAndAdd(...given);
    },
    write(buffer, data) {
      done.writes++;
      cpu.write(buffer, data);
    },
    borrow: (length) => made(cpu.borrow(length)),
    receive: async (length, write) => made(await cpu.receive(length, write)),
    fill(buffer, write) {
      done.writes++;
      return cpu.fill(buffer, write);
    },
    take(buffer) {
      gone(buffer);
      return cpu.take(buffer);
    },
    free(buffer) {
      gone(buffer);
      cpu.free(buffer);
    },
  };
  return { backend, alive: () => alive.size, done, reserved };
}
