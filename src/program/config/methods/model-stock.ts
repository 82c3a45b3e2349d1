/** `ModelStock`: towards the mean of the fine-tuned models, as far as the angles between their task vectors say. */
import { ignored, orNull, text, texts } from '../program/schemas';
import { defineMethod, needsTaskVectors } from './definition';

export const modelStock = defineMethod({
  name: 'ModelStock',
  module: 'fusion_bench.method.model_stock.model_stock',
  configuration: 'model_stock/model_stock',
  options: {
    /** Tensors that become the plain average. */
    ignore_keys: orNull(texts),
    /** Where FusionBench saves the model once more; the program's own `merged_model_save_path` is enough. */
    model_save_path: orNull(text),
    model_save_kwargs: ignored,
  },
  check: (_, pool) => needsTaskVectors(pool, 2),
});
