/** The order in which PyTorch knows a vision tower's parameters, whatever the order of the file that they came in. */
import { canonicalVisionNames } from '../clip/tensor-names';
import type { ModelPool } from './types';

/** The pool's merged tensors in the order of `CLIPVisionModel.named_parameters()`; others, of no CLIP, stay behind them. */
export function parameterOrder({
  pretrained,
  mergedNames,
}: Pick<ModelPool, 'pretrained' | 'mergedNames'>): string[] {
  const merged = new Set(mergedNames);
  const known = canonicalVisionNames(pretrained.vision)
    .map(({ name }) => name)
    .filter((name) => merged.has(name));
  const others = new Set(known);
  return [...known, ...mergedNames.filter((name) => !others.has(name))];
}
