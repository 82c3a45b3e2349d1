/** "Download merged model": the merged tensors streamed to disk in the format that is asked for, or a zip around them. */
import { CompatibilityError } from '../../errors';
import type { MatrixJobs } from '../../method/matrices/jobs';
import {
  type MergedValues,
  mergedFromCheckpoints,
  mergedFromCombination,
} from '../../method/merged-values';
import { openModelPool } from '../../modelpool/judge';
import type { CardFigures } from '../../program/export/card-files';
import { DEFAULT_RANK, type ExportChoice } from '../../program/export/formats';
import { type HubModel, hubModelOf } from '../../program/export/hub-names';
import type { ModelFile, ModelFiles } from '../../program/export/model-files';
import type { RecipeModel } from '../../program/report';
import type { Library, ScratchFile } from '../../storage/types';
import type { ExportOptions } from '../api';
import type { Job } from '../jobs/jobs';
import { hashModel, type Learn } from '../pool/hashing';
import type { Hasher } from '../pool/hashing-threads';
import { lookingOn } from '../scoring/looking';
import { type MergeInputs, mergeInputs, mergeRefusal } from '../scoring/readiness';
import type { Workspace } from '../scoring/workspace';
import {
  baseOf,
  type EngineValue,
  includedExperts,
  type PoolModel,
  scalingFactorOf,
} from '../value';
import { recipeOf } from './recipe';
import { zipSize, zipStored } from './zip';

/** What is written: the value of one moment, and what may hold its numbers already. */
export interface ExportContext {
  readonly value: EngineValue;
  readonly workspace: Workspace | null;
  readonly version: string;
  /** Is told of sums that had to be computed. */
  readonly learn: Learn;
  readonly hasher: Hasher;
  readonly matrices?: MatrixJobs | undefined;
  /** What is measured of the value, for the card in a zip. */
  readonly figures?: CardFigures;
  /** Is told the names of models whose sums the recipe has to do without. */
  onUnsummed(names: readonly string[]): void;
}

/** Hashing so much takes about half a second. */
const QUICK_BYTES = 100_000_000;

/** Writes the merged model to a disk-backed file. Rejects with CompatibilityError where nothing can be merged. */
export async function exportModel(
  library: Library,
  context: ExportContext,
  options: ExportOptions,
  job: Job,
): Promise<ScratchFile> {
  const { value, version } = context;
  const inputs = mergeInputs(value.pool, value.tasks, value.method, value.layers);
  const base = baseOf(value.pool);
  const refusal = mergeRefusal(value.pool, value.tasks, value.method);
  if (refusal !== null) throw new CompatibilityError(refusal);
  if (!inputs || !base || inputs.experts.length === 0) {
    throw new CompatibilityError(
      'There is nothing to merge: the pool needs a base and an expert that fits it.',
    );
  }
  if (inputs.looksAt && !context.workspace) {
    throw new CompatibilityError(
      `${inputs.method.method.title} looks at pictures, and the engine that does is not there. Try again when it has started.`,
    );
  }
  const sums = await sumsOf([base, ...includedExperts(value.pool)], context, job);
  const recipe = recipeOf(value, ({ id }) => sums.get(id) ?? null, version);
  const pretrained = inputs.base.model;
  const { zip, format = 'transformers', rank = DEFAULT_RANK, content, dtype } = options;
  const choice: ExportChoice = { format, content, dtype, rank };
  const hub = hubModels([recipe.pretrained, ...recipe.experts]);
  const label = 'Writing the merged model';
  const write = async () => {
    // Loaded for the first download: many visits have none.
    const { modelFiles } = await import('../../program/export/model-files');
    const { cardFiles } = await import('../../program/export/card-files');
    const files = await modelFiles({
      pretrained,
      merged: mergedValues(context, inputs, job.signal),
      recipe,
      choice,
      baseFiles: base.opened.files,
      hub: hub.get(recipe.pretrained.name),
      matrices: context.matrices,
      signal: job.signal,
      onProgress: (done, total) => job.report('Decomposing the merged vector', done / total),
    });
    const { name, size, chunks } =
      // An adapter is nothing without its configuration.
      zip || format === 'lora'
        ? zipOf(
            files,
            cardFiles({ recipe, choice, pretrained, hub, lowRank: files.lowRank }, context.figures),
          )
        : files.weights;
    return library.scratchFile(name, chunks(), {
      signal: job.signal,
      size,
      onProgress: (bytes) => job.report(label, size === 0 ? null : bytes / size),
    });
  };
  const workspace = exactWorkspace(context);
  if (!workspace) return write();
  // All of it at once: a batch of scoring takes longer than a tensor, and every tensor would wait for one.
  return workspace.exclusive(async () => {
    job.signal.throwIfAborted();
    return write();
  });
}

/** The engine's memory, where its numbers are those of a file. */
function exactWorkspace({ workspace }: ExportContext): Workspace | null {
  return workspace?.runtime.exactness.exact ? workspace : null;
}

/**
 * SHA-256 of the models' weights by id. Those that are not known yet are computed and remembered where that is quick; nobody
 * waits for gigabytes to be hashed, and a recipe can do without.
 */
async function sumsOf(
  models: readonly PoolModel[],
  { learn, hasher, onUnsummed }: ExportContext,
  job: Job,
): Promise<ReadonlyMap<string, string>> {
  const sums = new Map<string, string>();
  const unknown: PoolModel[] = [];
  for (const model of models) {
    const { sha256 } = model.facts;
    if (sha256 === undefined) unknown.push(model);
    else sums.set(model.id, sha256);
  }
  const left = unknown.reduce(
    (bytes, model) => bytes + model.bytes - (model.facts.partialHash?.bytesDone ?? 0),
    0,
  );
  if (left > QUICK_BYTES) {
    onUnsummed(unknown.map(({ name }) => name));
    return sums;
  }
  for (const model of unknown) {
    const tell = (done: number, total: number) =>
      job.report(`SHA-256 of ${model.name}`, total === 0 ? 1 : done / total);
    const sum = await hashModel(model, learn, job.signal, tell, hasher);
    sums.set(model.id, sum);
  }
  return sums;
}

/** Resident values where the engine is exact and holds this very combination; else from the checkpoints. */
function mergedValues(
  context: ExportContext,
  inputs: MergeInputs,
  signal: AbortSignal,
): MergedValues {
  const scalingFactor = scalingFactorOf(context.value);
  const pool = openModelPool(inputs.base.model, inputs.experts);
  const { method, layers } = inputs;
  const { matrices } = context;
  const looking = context.workspace && lookingOn(context.workspace.runtime, inputs);
  const fromCheckpoints = mergedFromCheckpoints(
    pool,
    method,
    scalingFactor,
    signal,
    layers,
    matrices,
    looking ?? undefined,
  );
  const workspace = exactWorkspace(context);
  return async (name) => {
    signal.throwIfAborted();
    const residence = workspace?.residence(inputs.key);
    return residence
      ? mergedFromCombination(residence.combination, scalingFactor, layers)(name)
      : fromCheckpoints(name);
  };
}

/** The configuration, the weights, what else belongs to them, and the card. */
function zipOf({ weights, companions }: ModelFiles, card: readonly ModelFile[]): ModelFile {
  const [first, ...others] = companions();
  const entries = [...(first ? [first] : []), weights, ...others, ...card];
  return { name: 'merged-model.zip', size: zipSize(entries), chunks: () => zipStored(entries) };
}

/** A folder of the Hub's cache says it by its name. */
function hubModels(models: readonly RecipeModel[]): ReadonlyMap<string, HubModel> {
  return new Map(
    models.flatMap(({ name }) => {
      const found = hubModelOf(name);
      return found ? [[name, found] as const] : [];
    }),
  );
}
