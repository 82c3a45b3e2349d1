/** Parameters of mergekit's methods as they are read: for all models together, or of each. */
import * as v from 'valibot';
import { ConfigError } from '../../../errors';
import type { LayerFilter } from '../../../method/layers/plan';
import { finiteNumber, flag, ignored, numberBetween, numberWithin } from '../program/schemas';
import { byTensor } from './mergekit-layers';

/** Numbers that mergekit has of each model and a method here of all together. */
const sharedOptions = {
  density: v.optional(numberBetween(0, 1)),
  gamma: v.optional(numberBetween(0, 1)),
  epsilon: v.optional(numberBetween(0, 0.5)),
};

export const modelOptions = { weight: v.optional(byTensor), ...sharedOptions };

export const parameterOptions = {
  lambda: v.optional(byTensor, 1),
  weight: v.optional(byTensor),
  normalize: v.optional(flag),
  ...sharedOptions,
  rescale: v.optional(flag),
  t: v.optional(finiteNumber),
  nuslerp_flatten: v.optional(flag, true),
  nuslerp_row_wise: v.optional(flag, false),
  max_iter: v.optional(numberWithin({ kind: 'integer', min: 0 }), 10),
  tol: v.optional(numberWithin({ kind: 'number', min: 0 }), 1e-5),
  select_topk: v.optional(numberBetween(0, 1), 1),
  filter_wise: v.optional(v.literal(false, 'only false is possible here.'), false),
  int8_mask: ignored,
};

export type Parameters = v.InferOutput<v.ObjectSchema<typeof parameterOptions, undefined>>;

/** A number, or one for every tensor. */
export type Value = number | readonly LayerFilter[];

export interface Entry {
  readonly model: string;
  /** Its own; absent where it has none. */
  readonly parameters?: v.InferOutput<v.ObjectSchema<typeof modelOptions, undefined>>;
}

/** @throws ConfigError where there is no weight: mergekit has no default for it */
export function weightOf({ model, parameters: own }: Entry, all: Parameters, file: string): Value {
  const weight = own?.weight ?? all.weight;
  if (weight !== undefined) return weight;
  throw new ConfigError(`${file}: ${model} has no parameters.weight, which mergekit wants.`);
}

/**
 * The number that all models have.
 * @throws ConfigError where they have different ones
 */
export function sharedNumber(
  name: keyof typeof sharedOptions,
  usual: number,
  entries: readonly Entry[],
  all: Parameters,
  file: string,
): number {
  const values = entries.map(({ parameters: own }) => own?.[name] ?? all[name] ?? usual);
  const [first = all[name] ?? usual] = values;
  if (values.every((value) => value === first)) return first;
  throw new ConfigError(
    `${file}: the models have different values of ${name} (${values.join(', ')}). Give all the same: methods here have one for all of them.`,
  );
}
