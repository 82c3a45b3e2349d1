/** Test support: what a pass finds out about one expert. */
import type { ClipModel } from '../../clip/types';
import { inspectWeights } from '../inspect-weights';
import type { TaskVectorFacts } from '../task-vector-facts';

export async function inspectTaskVector(
  pretrained: ClipModel,
  expert: ClipModel,
): Promise<TaskVectorFacts> {
  const { taskVectors } = await inspectWeights(pretrained, [{ model: expert }]);
  const [outcome] = taskVectors;
  if (outcome?.status !== 'fulfilled') throw outcome?.reason ?? new Error('nothing was measured');
  return outcome.value;
}
