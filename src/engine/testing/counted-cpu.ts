/** Test support: a CPU backend that tells of every buffer that is made and freed. */
import type * as Cpu from '../../runtime/cpu/backend';

/**
 * The module with such a backend.
 *
 * @param count is told 1 and -1
 */
export function countedCpu(actual: typeof Cpu, count: (by: 1 | -1) => void): typeof Cpu {
  return {
    ...actual,
    createCpuBackend() {
      const backend = actual.createCpuBackend();
      const alive = new Set<unknown>();
      const counted = <T>(buffer: T): T => {
        alive.add(buffer);
        count(1);
        return buffer;
      };
      const gone = (buffer: unknown) => {
        if (!alive.delete(buffer)) throw new Error('a buffer was freed twice');
        count(-1);
      };
      return {
        ...backend,
        upload: (data) => counted(backend.upload(data)),
        allocate: (length) => counted(backend.allocate(length)),
        borrow: (length) => counted(backend.borrow(length)),
        receive: async (...given) => counted(await backend.receive(...given)),
        take(buffer) {
          gone(buffer);
          return backend.take(buffer);
        },
        free(buffer) {
          gone(buffer);
          backend.free(buffer);
        },
      };
    },
  };
}
