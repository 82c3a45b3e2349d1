/** The CPU backend: the reference's arithmetic, in SIMD wherever there is any. */
import type { TensorBackend } from '../types';
import { createReferenceBackend } from './reference';
import { createSimdBackend } from './simd/backend';
import { simdKernels } from './simd/kernels';

export { cpuBufferData } from './reference';

/** @param partLength - elements that are worked on at a time, a multiple of 4 */
export function createCpuBackend(partLength?: number): TensorBackend {
  const kernels = simdKernels();
  const backend = kernels ? createSimdBackend(kernels) : createReferenceBackend();
  if (partLength === undefined) return backend;
  return { ...backend, parts: { ...backend.parts, length: partLength } };
}
