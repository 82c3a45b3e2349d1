/**
 * Which two models an interpolation goes between. FusionBench takes a pool of exactly two models, `_pretrained_` among
 * them or not; here the base is always there, so with one expert it is the first model, with two it takes no part.
 */
import type { ClipModel } from '../clip/types';
import type { ModelPool } from '../modelpool/types';

export const TWO_MODELS = { takes: 'two models', experts: { min: 1, max: 2 } } as const;

export function twoModels({ pretrained, experts }: ModelPool): readonly [ClipModel, ClipModel] {
  const [first, second] = experts.map(({ model }) => model);
  if (!first) throw new RangeError('an interpolation needs an expert');
  return second ? [first, second] : [pretrained, first];
}
