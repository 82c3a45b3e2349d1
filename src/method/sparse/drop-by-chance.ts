/**
 * DELLA's thinning out: every element is dropped by chance, the less likely the larger it is in its row. The random numbers are
 * DARE's (`dare/pattern.ts`): the same seed drops the same elements on every machine; those of mergekit are torch's, and drop others.
 * Source: Deep et al., "DELLA-Merging: Reducing Interference in Model Merging through Magnitude-Based Sampling" (2024).
 */
import { philox } from '../../runtime/cpu/random-drop';
import { dropPattern } from '../dare/pattern';
import type { OptionProblem } from '../options';
import { keepingChances } from './magnitude-chances';
import { dropAndRescale, type FactorOf, ratioOfSums } from './rescale';
import type { ChanceOptions, DellaOptions, ExpertTensor, ThinOut } from './types';

/** `density` and `epsilon`; `RESCALE_SUM` and `SEED` come after them. */
export const CHANCE_OPTIONS = [
  {
    name: 'density',
    kind: 'number',
    default: 0.5,
    min: 0,
    max: 1,
    optional: true,
    description: 'The mean chance of each element to be kept; 1 keeps all.',
  },
  {
    name: 'epsilon',
    kind: 'number',
    default: 0.15,
    min: 0,
    max: 0.5,
    optional: true,
    description:
      'How much less the smallest element of a row is likely to be kept, and how much more the largest.',
  },
] as const;

/** mergekit stops there as well. */
export function refuseChances({ density, epsilon }: ChanceOptions): OptionProblem | null {
  if (density === 0 || density === 1) return null;
  if (density - epsilon > 0 && density + epsilon < 1) return null;
  return {
    option: 'epsilon',
    problem: `density - epsilon and density + epsilon must lie between 0 and 1, and density is ${density}. Lower it.`,
  };
}

/** What rests on torch, and parity brings along. */
export interface DellaSource {
  /** A float32 from 0 to below 1 for each element, which is kept where its chance is larger. */
  numbersOf(tensor: ExpertTensor, length: number, seed: number): Float32Array;
  readonly factorOf: FactorOf;
}

export const OWN_NUMBERS: DellaSource = { numbersOf: randomNumbers, factorOf: ratioOfSums };

export function dropByMagnitude(
  { density, epsilon, rescale, seed }: DellaOptions,
  { numbersOf, factorOf }: DellaSource,
): ThinOut {
  return (delta, tensor) => {
    if (density === 1) return;
    const drop = () => {
      if (density === 0) delta.fill(0);
      else dropUnlikely(delta, tensor, { density, epsilon }, numbersOf(tensor, delta.length, seed));
    };
    if (rescale) dropAndRescale(delta, tensor, factorOf, drop);
    else drop();
  };
}

function dropUnlikely(
  delta: Float32Array<ArrayBuffer>,
  { shape }: ExpertTensor,
  options: ChanceOptions,
  numbers: Float32Array,
): void {
  const chances = keepingChances(delta, shape, options);
  for (let i = 0; i < delta.length; i++) {
    if ((numbers[i] as number) >= (chances[i] as number)) delta[i] = 0;
  }
}

/** By Philox4x32-10, as `docs/methods.md` says: the upper 24 bits of each element's word. */
function randomNumbers({ name, expert }: ExpertTensor, length: number, seed: number): Float32Array {
  const { key, stream } = dropPattern({ seed, sparsity_ratio: 0 }, name, expert);
  const words = new Uint32Array(4);
  const numbers = new Float32Array(length);
  for (let i = 0; i < length; i++) {
    if (i % 4 === 0) {
      words[0] = i / 4;
      words[1] = stream[0];
      words[2] = stream[1];
      words[3] = stream[2];
      philox(words, key);
    }
    numbers[i] = ((words[i % 4] as number) >>> 8) / 2 ** 24;
  }
  return numbers;
}
