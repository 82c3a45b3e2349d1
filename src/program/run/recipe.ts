/** What a run merged, and how: for its report and for the metadata of the file it saves. */
import type { NamedBlob } from '../../checkpoint/types';
import type { ClipModel } from '../../clip/types';
import type { MethodOptions } from '../../method/options';
import { version } from '../../version';
import type { Recipe, RecipeModel } from '../report';
import type { RunnableMethod } from './method-choice';
import type { OpenedPool } from './open-models-node';

/** The SHA-256 of a model's weights, where it is wanted. */
export type WeightsHash = (model: ClipModel, files: readonly NamedBlob[]) => Promise<string>;

/** @param hash - computes the sums of the weights, all at once; without it they are null */
export async function runRecipe(
  { pool, folders }: OpenedPool,
  runnable: RunnableMethod | null,
  hash?: WeightsHash,
): Promise<Recipe> {
  const describe = async (model: ClipModel, weight: number): Promise<RecipeModel> => {
    const files = folders.get(model.name)?.files;
    const sha256 = hash && files ? await hash(model, files) : null;
    const { part } = model.checkpoint;
    return { name: model.name, weight, sha256, ...(part !== undefined && { part }) };
  };
  const [pretrained, ...experts] = await Promise.all([
    describe(pool.pretrained, 1),
    ...pool.experts.map(({ model, weight }) => describe(model, weight)),
  ]);
  const options: MethodOptions = runnable?.options ?? {};
  return {
    method: runnable?.method.name ?? 'DummyAlgorithm',
    options,
    scalingFactor: runnable?.method.kind === 'task vector' ? runnable.scalingFactor : null,
    ...(runnable?.layers && { layers: runnable.layers }),
    pretrained,
    experts,
    programVersion: version,
  };
}
