/** Merging models from their files: the bytes of the command line, and of FusionBench. */
import { basename, dirname, join, resolve } from 'node:path';
import type { OutputDtype } from '../checkpoint/dtype';
import type { NamedBlob } from '../checkpoint/types';
import { weightsSha256 } from '../checkpoint/weights-sha256';
import { openClip } from '../clip/open';
import type { ClipModel } from '../clip/types';
import { ConfigError } from '../errors';
import { mergeOnce } from '../method/combine';
import { mergedFromWeights } from '../method/merged-values';
import { findScalingFactor, type MethodOptions } from '../method/options';
import { METHODS } from '../method/registry';
import type { Method } from '../method/types';
import { openModelPool } from '../modelpool/judge';
import { CONFIGURATION_FILES, DEFAULT_RANK, WEIGHTS_FILES } from '../program/export/formats';
import { modelFiles } from '../program/export/model-files';
import { gatherFiles } from '../program/gather-files-node';
import { nearestName } from '../program/hydra/values/nearest';
import type { Recipe } from '../program/report';
import { real } from '../program/run/input-places-node';
import { createMatrixWorkers } from '../program/run/matrix-workers-node';
import { teamThreads } from '../program/run/team-threads-node';
import { writeFileWhole } from '../program/run/write-file-node';
import { createTeamBackend } from '../runtime/cpu/backend';
import { version } from '../version';

export interface MergeOptions {
  /** The model that all were fine-tuned from: a folder or a file. */
  readonly pretrained: string;
  /** Fine-tuned models by name, or their paths alone; their order is that of the sum, and so of the bytes. */
  readonly experts: Readonly<Record<string, string>> | readonly string[];
  /** The method's name, or what chooses it in a configuration. Default: `task_arithmetic`. */
  readonly method?: string;
  /** Its options by FusionBench's names, `scaling_factor` among them; those that are left out have their defaults. */
  readonly options?: MethodOptions;
  /** Aborted when the result is no longer wanted. */
  readonly signal?: AbortSignal;
  /** Tensors that were visited, visits in all. */
  readonly onProgress?: (done: number, total: number) => void;
}

export interface MergedTensor {
  /** Without the prefix of the file: `encoder.layers.0.self_attn.q_proj.weight`. */
  readonly name: string;
  readonly shape: readonly number[];
  /** C order, an array of the caller's own. */
  readonly values: Float32Array;
}

export interface SavedModel {
  /** Paths of what was written. */
  readonly weights: string;
  readonly config: string;
}

export interface MergedModel {
  /** Of the merged tensors, which are those of the vision tower. */
  readonly parameters: number;
  /** The merged tensors in the order of the pretrained model, one at a time. */
  tensors(): AsyncIterable<MergedTensor>;
  /**
   * Writes `model.safetensors` and `config.json` as `CLIPVisionModel.from_pretrained` loads them, whole or not at all, in place of
   * such files of an earlier result.
   *
   * @param dtype element type; without it each tensor has the pretrained model's
   * @throws ConfigError where the folder is that of a model that was merged
   */
  save(folder: string, dtype?: OutputDtype): Promise<SavedModel>;
  /** Gives the memory back; afterwards there is nothing to read. */
  free(): void;
}

/** What `CLIPVisionModel.from_pretrained` loads. */
const FORMAT = 'transformers';

interface Source {
  readonly model: ClipModel;
  readonly files: readonly NamedBlob[];
}

/**
 * Merges. Parts of tensors are read when their turn comes, so that only the result is in memory: four bytes for each parameter of
 * the vision tower.
 *
 * @throws ConfigError for a method or an option that there is not, FormatError for a file that cannot be read, CompatibilityError
 *   for models that do not fit (every offending tensor by name), and the signal's reason
 */
export async function mergeModels({
  pretrained: pretrainedPath,
  experts: expertPaths,
  method: methodName = 'task_arithmetic',
  options = {},
  signal,
  onProgress,
}: MergeOptions): Promise<MergedModel> {
  const method = methodCalled(methodName);
  const { told, scalingFactor } = splitOptions(method, options);
  const pretrained = await openSource('_pretrained_', pretrainedPath);
  const experts: Source[] = [];
  const named = namedPaths(expertPaths);
  for (const [name, path] of named) {
    experts.push(await openSource(name, path, pretrained.model));
  }
  const pool = openModelPool(
    pretrained.model,
    experts.map(({ model }) => ({ model, weight: 1 })),
  );
  // The programs of the threads lie beside this one.
  const programs = new URL('./', import.meta.url);
  const matrices = createMatrixWorkers(programs);
  const { tensors, end } = createTeamBackend(teamThreads(programs));
  const context = { backend: tensors, matrices, signal, onProgress };
  const merged = await mergeOnce(pool, { method, options: told }, scalingFactor, context).finally(
    () => {
      matrices?.dispose();
      end();
    },
  );
  const values = mergedFromWeights(merged);
  return {
    parameters: [...merged.weights.values()].reduce((sum, { length }) => sum + length, 0),
    async *tensors() {
      for (const name of pool.mergedNames) {
        const shape = pretrained.model.visionTensors.get(name)?.shape ?? [];
        yield { name, shape, values: await values(name) };
      }
    },
    async save(folder, dtype) {
      await refuseSources(folder, [pretrainedPath, ...named.map(([, path]) => path)]);
      const recipe = await describe(pretrained, experts, method, told, scalingFactor);
      const stop = signal ?? new AbortController().signal;
      const files = await modelFiles({
        pretrained: pretrained.model,
        merged: values,
        recipe,
        choice: { format: FORMAT, content: 'vision', dtype: dtype ?? 'base', rank: DEFAULT_RANK },
        baseFiles: pretrained.files,
        hub: undefined,
        signal: stop,
      });
      // The weights first: without them the folder is no model.
      for (const { name, chunks } of [files.weights, ...files.companions()]) {
        await writeFileWhole(join(folder, name), chunks(), stop);
      }
      return {
        weights: join(folder, WEIGHTS_FILES[FORMAT]),
        config: join(folder, CONFIGURATION_FILES[FORMAT]),
      };
    },
    free: merged.free,
  };
}

function methodCalled(name: string): Method {
  const found = METHODS.find((method) =>
    [method.name, method.alias, method.configuration].includes(name),
  );
  if (found) return found;
  const near = nearestName(
    name,
    METHODS.flatMap((method) => [method.name, method.configuration]),
  );
  throw new ConfigError(
    `There is no method ${name} here.${near ? ` Did you mean ${near}?` : ''} The others are listed as methods.`,
  );
}

/** The scaling factor is applied to what was combined; 1 where the method has none. */
function splitOptions(method: Method, options: MethodOptions) {
  const described = findScalingFactor(method.options);
  const { [described?.name ?? '']: scalingFactor = described?.default ?? 1, ...told } = options;
  if (typeof scalingFactor !== 'number' || !Number.isFinite(scalingFactor)) {
    throw new ConfigError(`${method.name}: ${described?.name} has to be a finite number.`);
  }
  return { told, scalingFactor };
}

function namedPaths(experts: MergeOptions['experts']): [name: string, path: string][] {
  if (!Array.isArray(experts)) return Object.entries(experts);
  return experts.map((path: string) => [basename(resolve(path)), path]);
}

async function openSource(name: string, path: string, base?: ClipModel): Promise<Source> {
  const { weights, companions } = await gatherFiles(path);
  const files = [...weights, ...companions];
  return { model: await openClip(name, files, base), files };
}

/** What is read must not be replaced, be it by the model that is made of it. */
async function refuseSources(folder: string, paths: readonly string[]): Promise<void> {
  const target = await real(resolve(folder));
  for (const path of paths) {
    const source = await real(resolve(path));
    if (target === source || target === dirname(source)) {
      throw new ConfigError(
        `${folder} is where ${path} is read from. Save the merged model in a folder of its own.`,
      );
    }
  }
}

async function describe(
  pretrained: Source,
  experts: readonly Source[],
  method: Method,
  options: MethodOptions,
  scalingFactor: number,
): Promise<Recipe> {
  const described = async ({ model, files }: Source) => ({
    name: model.name,
    weight: 1,
    sha256: await weightsSha256(files),
  });
  return {
    method: method.name,
    options,
    scalingFactor: method.kind === 'task vector' ? scalingFactor : null,
    pretrained: await described(pretrained),
    experts: await Promise.all(experts.map(described)),
    programVersion: version,
  };
}
