/**
 * Layer-wise coefficients: `((theta_0 + w_1 tau_1) + w_2 tau_2) + ...`, each expert with a coefficient for every tensor.
 * Source: Yang et al., "AdaMerging" (ICLR 2024), with coefficients that are given instead of learned; order and rounding
 * as FusionBench's `models/wrappers/layer_wise_fusion.py`, which its algorithm runs when `weights` are set.
 */
import { ConfigError } from '../../errors';
import { parameterOrder } from '../../modelpool/parameter-order';
import { defineMethod } from '../define';
import type { NumberTable } from '../options';
import { addedOneByOne, CLAMP_WEIGHTS, clamped, LEARNING_OPTIONS } from './coefficients';

const NAME = 'CLIPLayerWiseAdaMergingAlgorithm';

export const layerWise = defineMethod({
  name: NAME,
  module: 'fusion_bench.method.adamerging.clip_layer_wise_adamerging',
  configuration: 'adamerging/clip',
  configName: 'clip_layer_wise_adamerging',
  title: 'Layer-wise coefficients',
  summary:
    'Adds every expert’s task vector to the base, each tensor with a coefficient of its own.',
  kind: 'weights',
  options: [
    {
      name: 'weights',
      kind: 'number table',
      default: [[0.3]],
      missing:
        'there are none, so FusionBench would learn them from pictures, which this program does not. Name the file that FusionBench saved (method.weights=merging_weights.pt), write them (a list for each fine-tuned model, in pool order), or use task arithmetic (method=task_arithmetic), whose one scaling factor is for all.',
      description:
        'For each expert, in pool order, one coefficient for each tensor in FusionBench’s order, or a single one for all of them. They are given, not learned.',
    },
    CLAMP_WEIGHTS,
  ],
  ignored: LEARNING_OPTIONS,
  plan(pool, { weights, clamp_weights }, { backend }) {
    const order = parameterOrder(pool);
    refuseLengths(weights, order.length);
    const places = new Map(order.map((name, place) => [name, place]));
    const coefficients = weights.map((row) => clamped(row, clamp_weights));
    return (part, base) => {
      const place = places.get(part.name) ?? 0;
      return addedOneByOne(backend, base, part, pool.experts, (expert) => {
        const row = coefficients[expert] ?? [];
        return row[row.length === 1 ? 0 : place] as number;
      });
    };
  },
});

function refuseLengths(weights: NumberTable, tensors: number): void {
  const row = weights.findIndex(({ length }) => length !== 1 && length !== tensors);
  if (row < 0) return;
  throw new ConfigError(
    `${NAME}: row ${row + 1} of weights has ${weights[row]?.length} values and the base ${tensors} tensors that are merged. Give one value for each of these tensors, in the order of transformers' CLIPVisionModel, or a single one for all; weights that were learned with another size of CLIP do not fit.`,
  );
}
