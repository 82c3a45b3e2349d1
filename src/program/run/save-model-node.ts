/** Saves a merged model as a folder that a library loads: the weights in the format that is asked for, and what belongs to them. */
import { basename, join } from 'node:path';
import type { NamedBlob } from '../../checkpoint/types';
import type { ClipModel } from '../../clip/types';
import type { MatrixJobs } from '../../method/matrices/jobs';
import type { MergedValues } from '../../method/merged-values';
import { PRETRAINED } from '../config/program/base-name';
import type { Dtype, MergedModelAs, ModelPoolConfig } from '../config/program/types';
import { type CardFigures, cardFiles } from '../export/card-files';
import { DEFAULT_RANK, type ExportChoice } from '../export/formats';
import { type HubModel, hubModelOf } from '../export/hub-names';
import type { LowRankReport } from '../export/low-rank-report';
import { type ModelFile, type ModelFiles, modelFiles } from '../export/model-files';
import type { MergedModelOptions } from '../merged-model';
import type { Recipe } from '../report';
import type { OpenedPool } from './open-models-node';
import { writeFileWhole } from './write-file-node';

const DTYPES: Readonly<Record<string, MergedModelOptions['dtype']>> = {
  float32: 'F32',
  float16: 'F16',
  bfloat16: 'BF16',
};

/**
 * The element type of the file: what transformers loads the base as. That is what it is told, else what the base's
 * `config.json` says, else what the tensors are.
 */
export function saveDtype(
  loaded: Dtype | undefined,
  { configJson }: ClipModel,
): MergedModelOptions['dtype'] {
  const { dtype, torch_dtype: older } = configJson ?? {};
  const told = loaded === undefined || loaded === 'auto' ? (dtype ?? older) : loaded;
  return DTYPES[String(told)] ?? 'base';
}

/** @param loaded what the configuration loads the base as */
export function saveChoice(
  as: MergedModelAs | undefined,
  loaded: Dtype | undefined,
  pretrained: ClipModel,
): ExportChoice {
  const format = as?.format ?? 'transformers';
  // OpenCLIP and an adapter are of a whole model, where there is one; FusionBench saves the tower.
  const isWhole = pretrained.text !== undefined && (format === 'openclip' || format === 'lora');
  // An adapter stays in float32 unless it is asked for otherwise.
  const dtype = as?.dtype
    ? (DTYPES[as.dtype] ?? 'base')
    : format === 'lora'
      ? 'base'
      : saveDtype(loaded, pretrained);
  return {
    format,
    content: as?.content ?? (isWhole ? 'clip' : 'vision'),
    dtype,
    rank: as?.rank ?? DEFAULT_RANK,
  };
}

export interface SaveInput {
  readonly choice: ExportChoice;
  readonly merged: MergedValues;
  readonly recipe: Recipe;
  readonly opened: OpenedPool;
  readonly modelpool: ModelPoolConfig;
  readonly matrices?: MatrixJobs | undefined;
  readonly signal: AbortSignal;
  readonly onProgress: (what: string, done: number, total: number) => void;
}

/** A model that was saved, and how its card is. */
export interface SavedModel {
  /** Of a LoRA. */
  readonly lowRank: LowRankReport | undefined;
  /** Writes the card, once it is known what the model scores. */
  writeCard(figures: CardFigures): Promise<void>;
}

/** Bytes of a step of the progress. */
const MEGABYTE = 1e6;

/**
 * @throws CompatibilityError where the format cannot hold the model, Error of the file system, and the signal's reason: then
 *   nothing of it is left
 */
export async function saveModel(folder: string, input: SaveInput): Promise<SavedModel> {
  const { choice, merged, recipe, opened, modelpool, matrices, signal, onProgress } = input;
  const { pretrained } = opened.pool;
  const hub = hubModels(opened);
  const files: ModelFiles = await modelFiles({
    pretrained,
    merged,
    recipe,
    choice,
    baseFiles: filesOf(opened, pretrained),
    hub: hub.get(pretrained.name),
    matrices,
    signal,
    onProgress: (done, total) => onProgress('Decomposing the merged vector', done, total),
  });
  const companions = files.companions();
  const write = ({ name, chunks }: ModelFile) =>
    writeFileWhole(join(folder, name), chunks(), signal);
  const told = (file: ModelFile): ModelFile => {
    const total = Math.ceil(file.size / MEGABYTE);
    const tell = (done: number) => onProgress('Saving the merged model (MB)', done, total);
    return {
      ...file,
      async *chunks() {
        let bytes = 0;
        for await (const chunk of file.chunks()) {
          yield chunk;
          bytes += chunk.length;
          if (bytes < file.size) tell(Math.floor(bytes / MEGABYTE));
        }
        tell(total);
      },
    };
  };
  // The weights first: without them the folder is no model.
  await write(told(files.weights));
  for (const file of companions) await write(file);
  return {
    lowRank: files.lowRank,
    async writeCard(figures) {
      const named = namedBase(recipe, modelpool);
      const card = {
        recipe: named.recipe,
        choice,
        pretrained,
        hub: named.rename(hub),
        lowRank: files.lowRank,
      };
      for (const file of cardFiles(card, figures)) await write(file);
    },
  };
}

/** In a configuration the base is `_pretrained_`; people know it by its folder. */
function namedBase(recipe: Recipe, { models }: ModelPoolConfig) {
  const reference = models.find(({ name }) => name === PRETRAINED)?.reference;
  const { name } = recipe.pretrained;
  const shown = name === PRETRAINED && reference ? basename(reference) : name;
  return {
    recipe: { ...recipe, pretrained: { ...recipe.pretrained, name: shown } },
    rename(hub: ReadonlyMap<string, HubModel>): ReadonlyMap<string, HubModel> {
      const found = hub.get(name);
      return found ? new Map([...hub, [shown, found]]) : hub;
    },
  };
}

function hubModels({ folders }: OpenedPool): ReadonlyMap<string, HubModel> {
  return new Map(
    [...folders].flatMap(([name, { folder }]) => {
      const found = hubModelOf(folder);
      return found ? [[name, found] as const] : [];
    }),
  );
}

function filesOf({ folders }: OpenedPool, { name }: ClipModel): readonly NamedBlob[] {
  return folders.get(name)?.files ?? [];
}
