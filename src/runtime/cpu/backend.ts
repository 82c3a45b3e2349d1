/** The CPU backend: the reference's arithmetic, in SIMD wherever there is any. */
import type { TensorBackend } from '../types';
import { createReferenceBackend } from './reference';
import { createSimdBackend } from './simd/backend';
import { createSharedKernels, simdKernels, type TeamThreads } from './simd/kernels';

export { cpuBufferData } from './reference';

/** @param partLength - elements that are worked on at a time, a multiple of 4 */
export function createCpuBackend(partLength?: number): TensorBackend {
  const kernels = simdKernels();
  return withParts(kernels ? createSimdBackend(kernels) : createReferenceBackend(), partLength);
}

/** Elements of a part that is shared out, 1 MiB of them: of a quarter of it nothing is worth a thread. */
const SHARED_PART_LENGTH = 2 ** 18;

/** A backend that computes in several threads. */
export interface TeamBackend {
  readonly tensors: TensorBackend;
  /** Ends them; whatever is computed afterwards starts them again. */
  end(): void;
}

/** The same bits over threads that share memory; where there are none, `createCpuBackend`. */
export function createTeamBackend(threads?: TeamThreads, partLength?: number): TeamBackend {
  const kernels = threads && threads.count > 0 ? createSharedKernels(threads) : null;
  if (!kernels) return { tensors: createCpuBackend(partLength), end: () => undefined };
  const backend = createSimdBackend(kernels, simdKernels() ?? kernels);
  const tensors = withParts(backend, partLength ?? SHARED_PART_LENGTH);
  return { tensors, end: kernels.end };
}

function withParts(backend: TensorBackend, length: number | undefined): TensorBackend {
  if (length === undefined) return backend;
  return { ...backend, parts: { ...backend.parts, length } };
}
