/**
 * The page's state as a configuration of FusionBench or mergekit, and back. A page knows models and tasks by name, not by
 * place: what is written has them in folders of these names beside the file, for the user to change.
 */
import { CompatibilityError, ConfigError } from '../../errors';
import { layerWise } from '../../method/adamerging/layer-wise';
import {
  findScalingFactor,
  isChosenMethod,
  type MethodOptions,
  type NumberTable,
} from '../../method/options';
import type { Method } from '../../method/types';
import { mergedNames } from '../../modelpool/judge';
import type { MergekitMerge } from '../../program/config/formats/mergekit-merge';
import { readMergekitConfig } from '../../program/config/formats/read-mergekit';
import { PROGRAM_DEFAULTS, writeConfig } from '../../program/config/formats/write-config';
import { writeMergekitConfig } from '../../program/config/formats/write-mergekit';
import {
  filesOfOptions,
  type MethodConfig,
  methodConfig,
} from '../../program/config/methods/index';
import { PRETRAINED } from '../../program/config/program/base-name';
import { readConfig } from '../../program/config/program/read-program';
import type { ModelSource, ProgramConfig, TaskConfig } from '../../program/config/program/types';
import { type RunnableMethod, runnableMethod } from '../../program/run/method-choice';
import { readWeightsTable, WEIGHTS_FILE } from '../../program/weights-table';
import { FUSION_BENCH_BATCH } from '../../taskpool/tally';
import type { ConfigurationFormat, DroppedFile, ExportedFile } from '../api';
import { chooseMethod, type MethodState } from '../method';
import type { WantedModel, WantedRecipe } from '../pool/restoring';
import { partOf } from '../scoring/keys';
import { mergeInputs } from '../scoring/readiness';
import { taskSplit } from '../tasks/split';
import {
  baseOf,
  type EngineValue,
  filesOf,
  includedExperts,
  inForce,
  type PoolModel,
  scalingFactorOf,
  type Task,
} from '../value';

/** Far more than any configuration has; a wrong file is refused before it is read. */
const MAX_BYTES = 1_000_000;

/** Whether a dropped file holds coefficients, as FusionBench saves them, and no configuration. */
export function holdsCoefficients({ path }: DroppedFile): boolean {
  return WEIGHTS_FILE.test(path);
}

/** The coefficients in a dropped file, a row for each expert. Rejects with FormatError on a file of something else. */
export function readCoefficients({ path, file }: DroppedFile): Promise<NumberTable> {
  return readWeightsTable({ name: path, blob: file });
}

/** Coefficients of this file as the method of a pool. Throws ConfigError where they are of other experts or tensors. */
export function methodOfCoefficients(
  { path }: DroppedFile,
  weights: NumberTable,
  { pool, method }: EngineValue,
): MethodState {
  const experts = includedExperts(pool);
  if (weights.length !== experts.length) {
    throw new ConfigError(
      `${path} holds coefficients of ${weights.length} experts, and the pool merges ${experts.length}. Include as many as they were learned for, in the same order.`,
    );
  }
  const base = baseOf(pool)?.opened.model;
  const tensors = base ? mergedNames(base).length : null;
  const columns = weights[0]?.length ?? 0;
  if (tensors !== null && columns !== tensors && columns !== 1) {
    throw new ConfigError(
      `${path} holds coefficients of ${columns} tensors, and the base has ${tensors}: they were learned with another size of CLIP.`,
    );
  }
  const kept = method.name === layerWise.name ? method.options : {};
  return chooseMethod(layerWise.name, { ...kept, weights });
}

/** The value's configuration as a file. Throws as `writeConfiguration`. */
export function writeConfigurationFile(
  value: EngineValue,
  format: ConfigurationFormat,
): ExportedFile {
  const name = format === 'mergekit' ? 'mergekit_config.yml' : 'task_arithmetic.yaml';
  const yaml = writeConfiguration(value, format);
  return { name, file: new Blob([yaml], { type: 'application/yaml' }) };
}

/** Rejects with ConfigError as `readConfiguration`, and on what is too large to be one. */
export async function readConfigurationFile({ path, file }: DroppedFile): Promise<WantedRecipe> {
  if (file.size > MAX_BYTES) {
    throw new ConfigError(`${path} is too large for a configuration (${file.size} bytes).`);
  }
  return readConfiguration(await file.text(), path);
}

/**
 * The YAML of what is on the page. Throws CompatibilityError or ConfigError where the format cannot say it: in FusionBench's
 * a weight of a task vector, in mergekit's a method that mergekit does not have.
 */
function writeConfiguration(value: EngineValue, format: ConfigurationFormat): string {
  const { pool } = value;
  const base = baseOf(pool);
  const experts = includedExperts(pool);
  if (!base || experts.length === 0) {
    throw new CompatibilityError('There is nothing to write: the pool needs a base and an expert.');
  }
  const { method, options } = inForce(value);
  const { lambda, expertWeights } = factorAndWeights(value, experts, format);
  const inputs = mergeInputs(pool, value.tasks, value.method, value.layers);
  // An interpolation between two experts leaves the base out; in FusionBench's pool it would be a third model.
  const between = method.takes === 'two models' && experts.length === 2;
  const models: ModelSource[] = [
    ...(between
      ? []
      : [{ name: PRETRAINED, reference: reference(base), dtype: 'float32' as const }]),
    ...experts.map((expert) => ({
      name: expert.name,
      reference: reference(expert),
      dtype: 'float32' as const,
    })),
  ];
  const ofParts = [base, ...experts].filter((model) => partOf(filesOf(model)) !== undefined);
  const config: Pick<ProgramConfig, 'method' | 'modelpool'> = {
    method: methodConfig(method, { ...options, ...lambda }),
    modelpool: { target: 'CLIPVisionModelPool', models, processor: null, platform: 'hf' },
  };
  if (format === 'mergekit') {
    if (ofParts.length > 0) throw noParts(ofParts);
    return writeMergekitConfig(
      { ...config, expertWeights },
      inputs?.layers && {
        factors: inputs.layers,
        names: mergedNames(inputs.base.model),
      },
    );
  }
  if (inputs?.layers) {
    throw new CompatibilityError(
      'FusionBench has no factor by layer; choose the preset "flat", or take mergekit\'s configuration.',
    );
  }
  const weighted = experts.filter((_, index) => expertWeights[index] !== 1);
  if (weighted.length > 0) {
    const names = weighted.map(({ name }) => name).join(', ');
    throw new CompatibilityError(
      `FusionBench has no weight for a task vector; set those of ${names} to 1, choose the method with coefficients, or take mergekit's configuration.`,
    );
  }
  const remarks = [
    ...ownOptionsRemark(method, { ...options, ...lambda }),
    ...(ofParts.length > 0 ? [PARTS_REMARK] : []),
    ...(method === layerWise ? [COEFFICIENTS_REMARK] : []),
  ];
  return writeConfig(
    {
      ...config,
      program: { ...PROGRAM_DEFAULTS, report_save_path: '{log_dir}/program_report.json' },
      taskpool: taskPool(value.tasks, base),
    },
    remarks.length > 0 ? remarks.join('\n') : undefined,
  );
}

/** The scaling factor as the method's option, and what weights are left to be said elsewhere. */
function factorAndWeights(
  value: EngineValue,
  experts: readonly PoolModel[],
  format: ConfigurationFormat,
): { readonly lambda: MethodOptions; readonly expertWeights: readonly number[] } {
  const { method } = inForce(value);
  const factor = findScalingFactor(method.options);
  // Methods that give merged weights have no use for those of the task vectors.
  if (!factor) return { lambda: {}, expertWeights: experts.map(() => 1) };
  const scalingFactor = scalingFactorOf(value);
  const weights = experts.map(({ weight }) => weight);
  const isWeighted = weights.some((weight) => weight !== 1);
  if (format === 'fusion_bench' && isWeighted && factor.orPerExpert) {
    // A list has no factor beside it, and comes to the same with each weight multiplied by it.
    const listed = weights.map((weight) => scalingFactor * weight);
    return { lambda: { [factor.name]: listed }, expertWeights: weights.map(() => 1) };
  }
  return { lambda: { [factor.name]: scalingFactor }, expertWeights: weights };
}

/** What FusionBench passes over, where it decides what is merged: draws by chance are others there anyway. */
function ownOptionsRemark({ options: described }: Described, options: MethodOptions): string[] {
  return described.flatMap((option) => {
    const { own, name, default: usual } = option;
    const value = options[name];
    if (option.kind === 'method' && value !== undefined && isChosenMethod(value)) {
      const chosen = option.methods.find((offer) => offer.name === value.method);
      return chosen ? ownOptionsRemark(chosen, value.options) : [];
    }
    if (!own || name === 'seed' || value === usual) return [];
    return `FusionBench passes over ${name} and merges as with ${usual}; Task Arithmetic Studio's command line does as it says.`;
  });
}

type Described = Pick<Method, 'options'>;

const PARTS_REMARK = `FOLDER#KEY, one of several state dicts in a file, is read by Task Arithmetic Studio's command line alone:
for FusionBench, save that state dict alone and name its folder.`;

const COEFFICIENTS_REMARK = `Lists of coefficients are read by Task Arithmetic Studio's command line alone: for FusionBench, save them by
torch.save(torch.tensor(weights), "merging_weights.pt"), with a value for every parameter, and name that file in weights.`;

function noParts(models: readonly PoolModel[]): CompatibilityError {
  const named = models.map((model) => `${model.name} ("${partOf(filesOf(model))}")`).join(', ');
  return new CompatibilityError(
    `mergekit takes no part of a file: save these weights alone, and merge those files: ${named}. FusionBench's configuration names the parts for this program's own command line.`,
  );
}

/** Reads a dropped YAML as what it asks the page to merge. Throws ConfigError with every problem and its path. */
export function readConfiguration(text: string, file: string): WantedRecipe {
  const { method, modelpool, seed, expertWeights, layers } = readEither(text, file);
  refuseFiles(method, file);
  if (method.target === 'TaskVectorCosSimilarity') {
    throw new ConfigError(
      `${file}: TaskVectorCosSimilarity merges nothing. On the page its table is had by "Compare task vectors" below the model pool.`,
    );
  }
  const runnable = runnableMethod(method, seed);
  const weights = expertWeights ?? runnable?.expertWeights;
  const base = modelpool.models.find(({ name }) => name === PRETRAINED);
  if (base && runnable) refuseBaseLast(runnable, modelpool.models, file);
  return {
    method: method.target,
    options: runnable?.options ?? {},
    scalingFactor: runnable?.method.kind === 'task vector' ? runnable.scalingFactor : null,
    ...(layers && { plan: layers }),
    // A pool without a base (averages, interpolations) keeps the page's own: text tower and projection are its.
    pretrained: base ? wanted(base) : null,
    experts: modelpool.models
      .filter((model) => model !== base)
      .map((model, index) => ({ ...wanted(model), weight: weights?.[index] ?? 1 })),
  };
}

/** Of what lies beside a configuration the page knows nothing. */
function refuseFiles(method: MethodConfig, file: string): void {
  const [option, path] = [...filesOfOptions(method)][0] ?? [];
  if (path === undefined) return;
  throw new ConfigError(
    `${file}: method.${option} names ${path}, which the page cannot look for. Drop that file itself: it chooses the method and its coefficients.`,
  );
}

function readEither(
  text: string,
  file: string,
): Pick<ProgramConfig, 'method' | 'modelpool'> &
  Pick<ProgramConfig['program'], 'seed'> &
  Partial<Pick<MergekitMerge, 'expertWeights' | 'layers'>> {
  if (/^merge_method:/m.test(text)) return { ...readMergekitConfig(text, file), seed: null };
  const { method, modelpool, program, layers } = readConfig(text, file);
  return { method, modelpool, seed: program.seed, ...(layers && { layers }) };
}

/** The page interpolates from its base to an expert; the order of a file can be the other way round. */
function refuseBaseLast({ method }: RunnableMethod, models: readonly ModelSource[], file: string) {
  if (method.takes !== 'two models' || models[0]?.name === PRETRAINED) return;
  throw new ConfigError(
    `${file}: modelpool.models ends with ${PRETRAINED}, but the page goes from the base to an expert. Put ${PRETRAINED} first, and 1 - t in the place of t.`,
  );
}

function wanted({ name, reference }: ModelSource): WantedModel {
  const whole = lastStep(reference);
  const at = reference.lastIndexOf('#');
  if (at < 1 || at === reference.length - 1) {
    return { name, weight: 1, aliases: whole, ...repositoryOf(reference) };
  }
  const part = reference.slice(at + 1);
  const file = reference.slice(0, at);
  // A folder can be called so as a whole.
  const aliases = [...(part.includes('/') ? [] : whole), ...lastStep(file)];
  return { name, weight: 1, aliases, part, ...repositoryOf(file) };
}

/** `organisation/name`; folders of models are mostly called `models`, as those of this program's own configurations are. */
function repositoryOf(reference: string): Pick<WantedModel, 'repository'> {
  const isRepository = /^(?!models\/)\w[\w.-]*\/\w[\w.-]*$/.test(reference);
  return isRepository ? { repository: reference } : {};
}

function lastStep(path: string): string[] {
  return path
    .split('/')
    .filter((step) => step !== '')
    .slice(-1);
}

function taskPool(tasks: readonly Task[], base: PoolModel): ProgramConfig['taskpool'] {
  const included = tasks.filter((task) => task.included);
  if (included.length === 0) return { target: 'DummyTaskPool' };
  return {
    target: 'CLIPVisionModelTaskPool',
    tasks: included.map(taskConfig),
    clipModel: { reference: reference(base) },
    processor: { reference: folder(base.name) },
    dataProcessor: null,
    batchSize: FUSION_BENCH_BATCH,
    fastDevRun: false,
    sampleSize: null,
    sampleSeed: 0,
    onUnreadable: 'skip',
  };
}

function taskConfig(task: Task): TaskConfig {
  const { name, classnames, templates } = task;
  const split = taskSplit(task);
  return {
    name,
    classnames,
    templates,
    dataset: {
      path: 'imagefolder',
      dataDir: folder(`tasks/${name}`),
      split: [{ split: 'train', from: null, to: null, unit: 'rows', rounding: 'closest' }],
      ...(split && {
        validation: { size: { fraction: split.share }, seed: split.seed, part: 'train' },
      }),
    },
  };
}

/** As the command line reads it: `FOLDER#KEY` where a part of the file is taken. */
function reference(model: PoolModel): string {
  const part = partOf(filesOf(model));
  return part === undefined ? folder(model.name) : `${folder(model.name)}#${part}`;
}

function folder(name: string): string {
  return `./${name}`;
}
