/** `DummyAlgorithm`: merges nothing; the pretrained model, or the first where there is none, is scored as it is. */
import type { MethodDefinition } from './definition';

export const dummy = {
  name: 'DummyAlgorithm',
  module: 'fusion_bench.method.dummy',
  options: {},
  check: (_, pool) => (pool.all.length > 0 ? [] : ['modelpool.models: there is no model.']),
} as const satisfies MethodDefinition;
