/**
 * DARE: elements of a task vector are dropped by chance, and the rest is scaled up to make good for them.
 * Source: Yu et al., "Language Models are Super Mario" (ICML 2024); order and rounding as FusionBench's
 * `method/dare/utils.py`, whose random numbers are torch's: a run of it drops other elements. Ours are made by
 * Philox4x32-10 from the seed, the expert's place in the pool, the tensor's name and the element's index, so the same
 * seed drops the same elements on every machine and backend, in whatever order tensors are visited.
 */
import type { ModelPool } from '../../modelpool/types';
import type { TensorBackend, TensorBuffer } from '../../runtime/types';
import { isLinearWeight } from '../linear-weights';
import type { OptionProblem } from '../options';
import { type MakeTaskVector, plainTaskVectors } from '../task-vectors';
import type { Part } from '../types';
import { dropPattern } from './pattern';

export interface DareOptions {
  readonly sparsity_ratio: number;
  readonly only_on_linear_weights: boolean;
  readonly rescale: boolean;
  readonly seed: number;
}

/** What is dropped. `RESCALE` and `SEED` come after these. */
export const DROP_OPTIONS = [
  {
    name: 'sparsity_ratio',
    kind: 'number',
    default: 0.5,
    min: 0,
    max: 1,
    description: 'The chance of each element to be dropped.',
  },
  {
    name: 'only_on_linear_weights',
    kind: 'boolean',
    default: false,
    description: 'Drops elements of the weight matrices of linear layers only.',
  },
] as const;

export const RESCALE = {
  name: 'rescale',
  kind: 'boolean',
  default: true,
  description: 'Divides what is left by the chance of being kept.',
} as const;

export const SEED = {
  name: 'seed',
  kind: 'integer',
  default: 0,
  min: 0,
  own: true,
  description: 'Other seeds drop other elements.',
} as const;

/** FusionBench divides by 0 there, and merges to NaN. */
export function refuseDroppingAll({
  sparsity_ratio,
  rescale,
}: Pick<DareOptions, 'sparsity_ratio' | 'rescale'>): OptionProblem | null {
  if (!rescale || sparsity_ratio !== 1) return null;
  const problem =
    'everything would be dropped, and nothing left to be rescaled. Lower it, or set rescale to false.';
  return { option: 'sparsity_ratio', problem };
}

/** Drops elements of a part of one expert's task vector, in place. */
export type Drop = (
  delta: TensorBuffer,
  part: Part,
  expert: number,
  options: DareOptions,
  backend: TensorBackend,
) => void | Promise<void>;

/** Drops by the documented generator. */
export const dropByPattern: Drop = (delta, { name, begin }, expert, options, backend) =>
  backend.dropRandomly(delta, dropPattern(options, name, expert), begin);

/** Task vectors with elements dropped and the rest rescaled. */
export function thinnedTaskVectors(
  pool: ModelPool,
  options: DareOptions,
  backend: TensorBackend,
  drop: Drop,
): MakeTaskVector {
  const { sparsity_ratio, only_on_linear_weights, rescale } = options;
  const make = plainTaskVectors(pool, backend);
  return async (delta, base, part, expert) => {
    await make(delta, base, part, expert);
    if (only_on_linear_weights && !isLinearWeight(pool, part.name)) return;
    await drop(delta, part, expert, options, backend);
    if (rescale) backend.divide(delta, 1 - sparsity_ratio);
  };
}
