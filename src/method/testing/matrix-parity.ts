/** The rows of `methods/matrices.json`: FusionBench's class and options in, how far each merged tensor is from its own out. */
import type { ModelPool } from '../../modelpool/types';
import type { MergedValues } from '../merged-values';
import { findScalingFactor, type MethodOptions } from '../options';
import { findMethod } from '../registry';
import type { MethodChoice } from '../types';
import { sha256 } from './sha256';

/** A matrix: the root mean square of its change, and some elements as base64. Any other tensor: its SHA-256. */
type TensorFacts = { readonly rms: number; readonly sample: string } | { readonly sha256: string };

export interface MatrixRow {
  readonly shape: string;
  readonly method: string;
  /** With null and lists where FusionBench takes them. */
  readonly options: MethodOptions;
  /** Rounding decides what its matrices become, in FusionBench as well. */
  readonly arbitrary?: true;
  readonly tensors: Readonly<Record<string, TensorFacts>>;
}

/** What a row asks of the project: a list in the scaling factor's place is the pool's weights. */
export function askedOf(
  { method: name, options }: MatrixRow,
  pool: ModelPool,
): { readonly pool: ModelPool; readonly choice: MethodChoice; readonly scalingFactor: number } {
  const method = findMethod(name);
  if (!method) throw new Error(`no method is called ${name}`);
  const { [findScalingFactor(method.options)?.name ?? '']: factor = 1, ...told } = options;
  const weights = Array.isArray(factor) ? factor.map(Number) : [];
  const experts = pool.experts.map((expert, i) => ({ ...expert, weight: weights[i] ?? 1 }));
  return {
    pool: { ...pool, experts },
    choice: { method, options: told },
    scalingFactor: typeof factor === 'number' ? factor : 1,
  };
}

/**
 * The largest difference of an element of a matrix, relative to the root mean square of the matrix' change, and the names of all
 * other tensors that have not FusionBench's bytes.
 */
export async function distanceFrom(
  { tensors }: MatrixRow,
  merged: MergedValues,
): Promise<{ readonly largest: number; readonly differing: readonly string[] }> {
  let largest = 0;
  const differing: string[] = [];
  for (const [name, facts] of Object.entries(tensors)) {
    const values = await merged(name);
    if ('sha256' in facts) {
      if ((await sha256(values)) !== facts.sha256) differing.push(name);
      continue;
    }
    const sample = floatsOf(facts.sample);
    for (const [k, expected] of sample.entries()) {
      const value = values[Math.floor((k * values.length) / sample.length)] ?? Number.NaN;
      const apart = Math.abs(value - expected) / facts.rms;
      // In this direction, so that what is not a number is found as well.
      if (!(apart <= largest)) largest = apart;
    }
  }
  return { largest, differing };
}

function floatsOf(base64: string): Float32Array {
  const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
  return new Float32Array(bytes.buffer);
}
