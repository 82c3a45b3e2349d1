/** Which tensors of a vision tower are the weight matrices of linear layers. */
import type { ModelPool } from '../modelpool/types';

/** `nn.Linear` weights of the vision tower; the embeddings' tables and kernels are none. */
export function isLinearWeight(
  { pretrained }: Pick<ModelPool, 'pretrained'>,
  name: string,
): boolean {
  const rank = pretrained.visionTensors.get(name)?.shape.length;
  return rank === 2 && name.startsWith('encoder.layers.') && name.endsWith('.weight');
}
