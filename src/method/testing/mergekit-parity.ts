/**
 * The rows of `methods/mergekit.json`: options in, how far each merged tensor is from mergekit's own out. Where a row rests on torch's
 * random numbers or order of summation, it brings those along.
 */
import { elementCount } from '../../checkpoint/data-length';
import type { ModelPool } from '../../modelpool/types';
import { defineDella } from '../della';
import { defineDellaLinear } from '../della-linear';
import { findScalingFactor } from '../options';
import { findMethod } from '../registry';
import type { DellaSource } from '../sparse/drop-by-chance';
import type { Method, MethodChoice } from '../types';
import type { MatrixRow } from './matrix-parity';

export interface MergekitRow extends MatrixRow {
  /** Of the experts' task vectors. */
  readonly weights?: readonly number[];
  /** Experts by name, where not all of the shape's are merged. */
  readonly models?: readonly string[];
  /** DELLA: the file with the elements that torch kept. */
  readonly mask?: string;
  /** DELLA: what mergekit rescaled by, and the SHA-256 of the chances that it drew by; of each tensor and expert. */
  readonly factors?: Readonly<Record<string, readonly number[]>>;
  readonly chances?: Readonly<Record<string, readonly string[]>>;
}

/** The pool of a row, our method and its options, with what the row brings along put in. */
export function mergekitCase(
  row: MergekitRow,
  pool: ModelPool,
  mask: Uint8Array | null,
): { readonly pool: ModelPool; readonly choice: MethodChoice; readonly scalingFactor: number } {
  const { models, weights } = row;
  const taken = pool.experts.filter(({ model }) => models?.includes(model.name) ?? true);
  const experts = taken.map((expert, i) => ({ ...expert, weight: weights?.[i] ?? 1 }));
  const method = mask ? dellaOf(row, maskSource(mask, row, pool)) : methodOf(row);
  const { [findScalingFactor(method.options)?.name ?? '']: factor = 1, ...options } = row.options;
  return {
    pool: { ...pool, experts },
    choice: { method, options },
    scalingFactor: Number(factor),
  };
}

function methodOf({ method: name }: MergekitRow): Method {
  const method = findMethod(name);
  if (!method) throw new Error(`no method is called ${name}`);
  return method;
}

function dellaOf({ method }: MergekitRow, source: DellaSource): Method {
  return method === 'Della' ? defineDella(source) : defineDellaLinear(source);
}

/** Bits, lowest first, 1 = kept: for each expert in turn the tensors by name. */
export function maskSource(
  mask: Uint8Array,
  { factors }: MergekitRow,
  pool: ModelPool,
): DellaSource {
  const names = pool.mergedNames.toSorted();
  const starts = new Map<string, number>();
  let perExpert = 0;
  for (const name of names) {
    starts.set(name, perExpert);
    perExpert += elementCount(pool.pretrained.visionTensors.get(name)?.shape ?? [0]);
  }
  return {
    numbersOf: ({ name, expert }, length) => {
      const start = expert * perExpert + (starts.get(name) ?? Number.NaN);
      // Kept is what has a larger chance than its number: every chance is above 0, and none above 1.
      return Float32Array.from({ length }, (_, i) => {
        const bit = start + i;
        return 1 - (((mask[bit >> 3] ?? 0) >> (bit & 7)) & 1);
      });
    },
    factorOf: ({ name, expert }) => factors?.[name]?.[expert] ?? Number.NaN,
  };
}
