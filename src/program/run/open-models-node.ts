/** The models of a configuration, opened and judged before anything is computed. */
import { splitAdapter } from '../../checkpoint/file-roles';
import type { NamedBlob } from '../../checkpoint/types';
import { readPreprocessing, readTokenizerFiles } from '../../clip/config/sources';
import { openClip } from '../../clip/open';
import type { ClipModel, ProcessorConfig } from '../../clip/types';
import { CompatibilityError, ConfigError } from '../../errors';
import { mergedNames, openModelPool } from '../../modelpool/judge';
import type { FoundFolder } from '../../modelpool/sources/find-folder-node';
import type { ModelPool } from '../../modelpool/types';
import { PRETRAINED } from '../config/program/base-name';
import { isSpecialName } from '../config/program/modelpool';
import type { ModelPoolConfig, ModelSource, TaskPoolConfig } from '../config/program/types';
import { findPretrained } from './find-models-node';
import type { RunnableMethod } from './method-choice';
import type { Surroundings } from './surroundings';

export interface OpenedPool {
  readonly pool: ModelPool;
  /** The folder and files of each model, by its name. */
  readonly folders: ReadonlyMap<string, FoundFolder>;
  /** All files that each model was read from, an adapter's and those of the model below it, by its name. */
  readonly sources: ReadonlyMap<string, readonly NamedBlob[]>;
}

/**
 * The pool that a method combines; without a method (`DummyAlgorithm`) a pool of the model alone that is scored. `whole`:
 * without a method all models all the same, for they are looked at.
 * @throws ConfigError for models that are not on this machine, FormatError and CompatibilityError as `openClip` and
 *   `openModelPool`
 */
export async function openPool(
  { models }: Pick<ModelPoolConfig, 'models'>,
  runnable: RunnableMethod | null,
  surroundings: Surroundings,
  whole = false,
): Promise<OpenedPool> {
  const folders = new Map<string, FoundFolder>();
  const sources = new Map<string, readonly NamedBlob[]>();
  const open = async (source: ModelSource, base?: ClipModel) => {
    const { name } = source;
    const { folder, model, files } = await openModel(source, surroundings, base);
    folders.set(name, folder);
    sources.set(name, files);
    return model;
  };
  const pretrainedSource = models.find(({ name }) => name === PRETRAINED);
  const pretrained = pretrainedSource && (await open(pretrainedSource));
  const tuned = models.filter(({ name }) => !isSpecialName(name));
  if (!runnable && !whole) {
    const [first] = tuned;
    const model = pretrained ?? (first && (await open(first)));
    if (!model) throw new ConfigError('modelpool.models: there is no model.');
    return {
      pool: { pretrained: model, experts: [], mergedNames: mergedNames(model) },
      folders,
      sources,
    };
  }
  const experts: ClipModel[] = [];
  for (const source of tuned) experts.push(await open(source, pretrained));
  // An interpolation goes from the first to the second in the order of the file, the pretrained model being one of them.
  if (runnable?.method.takes === 'two models' && pretrained && models[0] !== pretrainedSource) {
    experts.push(pretrained);
  }
  // What takes no part in an average still says which tensors there are.
  const like = pretrained ?? experts[0];
  if (!like) throw new ConfigError('modelpool.models: there is no model.');
  const pool = openModelPool(
    like,
    experts.map((model) => ({ model, weight: 1 })),
  );
  return { pool, folders, sources };
}

async function openModel(
  source: ModelSource,
  surroundings: Surroundings,
  base: ClipModel | undefined,
): Promise<{ model: ClipModel; folder: FoundFolder; files: readonly NamedBlob[] }> {
  const { name, adapter } = source;
  const path = `modelpool.models.${name}`;
  const folder = await findPretrained(path, source, surroundings);
  if (adapter === undefined) {
    return { model: await openClip(name, folder.files, base), folder, files: folder.files };
  }
  const own = await openClip(source.reference, folder.files, base);
  const found = await findPretrained(path, { reference: adapter }, surroundings);
  // A merged model may lie beside the adapter that is asked for.
  const { model: merged, adapter: files } = splitAdapter(found.files);
  const adapterFolder = { ...found, files: files.length > 0 ? files : merged };
  return {
    model: await openClip(name, adapterFolder.files, own),
    folder: adapterFolder,
    files: [...folder.files, ...adapterFolder.files],
  };
}

/** What stays the same whatever is merged: the text tower with its tokenizer, the projection, the preprocessing. */
export interface ScoringClip {
  /** A full CLIP with the processor's tokenizer. */
  readonly model: ClipModel;
  readonly processor: ProcessorConfig;
  /** All that they were read from. */
  readonly files: readonly NamedBlob[];
}

/**
 * The task pool's CLIP and processor, for vision towers like `tower`.
 * @throws ConfigError for models that are not on this machine, CompatibilityError where they do not fit the tower or lack a part
 */
export async function openScoringClip(
  { clipModel, processor, dataProcessor }: TaskPoolConfig,
  tower: ClipModel,
  surroundings: Surroundings,
): Promise<ScoringClip> {
  const { files } = await findPretrained('taskpool.clip_model', clipModel, surroundings);
  const model = await openClip(clipModel.reference, files);
  const width = model.visualProjection?.shape[1];
  if (!model.text || width === undefined) {
    throw new CompatibilityError(
      `taskpool.clip_model: ${clipModel.reference} is no full CLIP: scoring needs its text tower and its projection.`,
    );
  }
  if (width !== tower.vision.hiddenSize) {
    throw new CompatibilityError(
      `taskpool.clip_model: ${clipModel.reference} projects pictures of width ${width}, but the models of the pool give ${tower.vision.hiddenSize}. Name the CLIP that they were fine-tuned from (taskpool.base_model in FusionBench's configurations).`,
    );
  }
  const texts = await findPretrained('taskpool.processor', processor, surroundings, false);
  const pictures = dataProcessor
    ? await findPretrained('taskpool.data_processor', dataProcessor, surroundings, false)
    : texts;
  const tokenizer = await readTokenizerFiles(texts.files);
  const preprocessing = await readPreprocessing(pictures.files, tower.vision.imageSize);
  if (!tokenizer || !preprocessing) {
    const [lacking, place] = tokenizer
      ? ['preprocessor_config.json', pictures]
      : ['tokenizer.json (or vocab.json and merges.txt)', texts];
    throw new CompatibilityError(`taskpool.processor: ${place.folder} has no ${lacking}.`);
  }
  return {
    model: { ...model, tokenizer },
    processor: preprocessing,
    files: [...files, ...texts.files, ...pictures.files],
  };
}
