/** Layer factors by a rule that has a name. */
import { FLAT, factorTable, type LayerFactors } from './factors';
import { EMBEDDINGS, type LayerPlace, layerDepth, layerPlace, POST, relativeDepth } from './groups';

export const LAYER_PRESETS = ['flat', 'ramp', 'lines', 'attention', 'mlp', 'middle'] as const;
export type LayerPreset = (typeof LAYER_PRESETS)[number];

/**
 * The factors of a preset for a tower with these tensors and so many experts:
 *
 * - `flat`: 1 everywhere.
 * - `ramp`: from 0 at the embeddings in equal steps to 1 at the last norm.
 * - `lines`: LiNeS' rule for merging, `alpha + beta * l / (L - 1)` for block `l` of `L` (from 0) and `alpha` for all else, with
 *   `alpha = 1 / N` for `N` experts and `beta = 1`. Source: Wang et al., "LiNeS: Post-training Layer Scaling Prevents
 *   Forgetting and Enhances Model Merging" (ICLR 2025), its `line_scaling`.
 * - `attention`, `mlp`: 1 for these tensors of every block, 0 for all others.
 * - `middle`: 1 for the blocks between the first and the last quarter, 0 for all others.
 */
export function presetFactors(
  preset: LayerPreset,
  names: readonly string[],
  experts: number,
): LayerFactors {
  const depth = layerDepth(names);
  const table = (factorOf: (place: LayerPlace) => number) =>
    factorTable(names, (name) => factorOf(layerPlace(name)));
  switch (preset) {
    case 'flat':
      return FLAT;
    case 'ramp':
      return table((place) => {
        if (place === EMBEDDINGS) return 0;
        return place === POST ? 1 : (place.block + 1) / (depth + 1);
      });
    case 'lines': {
      const alpha = 1 / Math.max(1, experts);
      return table((place) =>
        typeof place === 'string' ? alpha : alpha + relativeDepth(place.block, depth),
      );
    }
    case 'attention':
    case 'mlp':
      return table((place) => (typeof place !== 'string' && place.kind === preset ? 1 : 0));
    case 'middle': {
      const outer = Math.min(Math.round(depth / 4), Math.floor((depth - 1) / 2));
      const isMiddle = (block: number) => block >= outer && block < depth - outer;
      return table((place) => (typeof place !== 'string' && isMiddle(place.block) ? 1 : 0));
    }
  }
}
