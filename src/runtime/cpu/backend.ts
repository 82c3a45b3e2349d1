/** The CPU backend: the reference's arithmetic, in SIMD wherever there is any. */
import type { TensorBackend } from '../types';
import { createReferenceBackend } from './reference';
import { createSimdBackend } from './simd/backend';
import { simdKernels } from './simd/kernels';

export { cpuBufferData } from './reference';

export function createCpuBackend(): TensorBackend {
  const kernels = simdKernels();
  return kernels ? createSimdBackend(kernels) : createReferenceBackend();
}
