/** mergekit's YAML as a model pool and a method, where this program has that method. */
import * as v from 'valibot';
import { withoutEnding } from '../../../checkpoint/file-roles';
import { ConfigError } from '../../../errors';
import { karcherMean } from '../../../method/karcher-mean';
import type { LayerFilter } from '../../../method/layers/plan';
import { modelStock } from '../../../method/model-stock';
import { nuSlerp } from '../../../method/nu-slerp';
import { sce } from '../../../method/sce';
import { simpleAverage } from '../../../method/simple-average';
import { slerp } from '../../../method/slerp';
import { weightedAverage } from '../../../method/weighted-average';
import { type ConfigValue, toTree } from '../../hydra/values/node';
import { parseYaml } from '../../hydra/values/yaml';
import { type MethodConfig, methodConfig } from '../methods/index';
import { PRETRAINED } from '../program/base-name';
import { isSpecialName } from '../program/modelpool';
import { describe, isTree, type Reading, readSection, throwProblems } from '../program/reading';
import { ignored, oneOf, text } from '../program/schemas';
import type { ModelPoolConfig, ModelSource } from '../program/types';
import { unitOf } from './mergekit-layers';
import type { MergekitMerge } from './mergekit-merge';
import {
  type Entry,
  modelOptions,
  type Parameters,
  parameterOptions,
  sharedNumber,
  type Value,
  weightOf,
} from './mergekit-parameters';
import {
  electsSigns,
  normalizes,
  TASK_VECTOR_METHODS,
  type TaskVectorMethod,
  taskVectorConfig,
} from './mergekit-task-vectors';

const METHODS = [
  'linear',
  ...TASK_VECTOR_METHODS,
  'slerp',
  'nuslerp',
  'karcher',
  'sce',
  'model_stock',
] as const;

const fileOptions = {
  merge_method: oneOf(METHODS),
  base_model: v.optional(text),
  models: v.optional(v.unknown()),
  parameters: v.optional(v.unknown()),
  dtype: ignored,
  out_dtype: ignored,
  tokenizer: ignored,
  tokenizer_source: ignored,
  chat_template: ignored,
};

/**
 * Reads a file of mergekit's. Models get names from their paths: mergekit has none.
 * @throws ConfigError for methods and options that there are none of here, with their paths
 */
export function readMergekitConfig(yaml: string, file = 'mergekit_config.yml'): MergekitMerge {
  const tree = toTree(parseYaml(yaml, file));
  const reading: Reading = { problems: [], referenced: new Set(), withoutEffect: [] };
  for (const key of ['slices', 'modules'].filter((name) => tree.has(name))) {
    throw new ConfigError(`${file}: ${key} is not supported: models are merged as a whole.`);
  }
  const options = readSection(reading, tree, '', fileOptions, 'mergekit');
  const given = tree.get('parameters') ?? new Map();
  const parameters = readSection(reading, given, 'parameters', parameterOptions, 'mergekit');
  const entries = readEntries(reading, tree.get('models'));
  throwProblems(reading);
  if (!options || !parameters) throw new ConfigError(`${file} could not be read.`);
  return assemble(options.merge_method, options.base_model, entries, parameters, file);
}

function readEntries(reading: Reading, value: ConfigValue | undefined): Entry[] {
  if (!Array.isArray(value)) {
    reading.problems.push(`models: a list of models is expected, but it is ${describe(value)}.`);
    return [];
  }
  return value.flatMap((item: ConfigValue, index) => {
    const path = `models.${index}`;
    const options = { model: text, parameters: v.optional(v.unknown()) };
    const read = readSection(reading, item, path, options, 'mergekit');
    const own = isTree(item) ? (item.get('parameters') ?? null) : null;
    const parameters =
      own === null
        ? undefined
        : readSection(reading, own, `${path}.parameters`, modelOptions, 'a model');
    return read ? [{ model: read.model, ...(parameters && { parameters }) }] : [];
  });
}

function assemble(
  name: (typeof METHODS)[number],
  baseModel: string | undefined,
  entries: readonly Entry[],
  parameters: Parameters,
  file: string,
): MergekitMerge {
  const merge = (method: MethodConfig, modelpool: ModelPoolConfig): MergekitMerge => {
    const experts = modelpool.models.filter(({ name }) => !isSpecialName(name));
    return { method, modelpool, expertWeights: experts.map(() => 1) };
  };
  if (name === 'linear') {
    const weights = entries.map((entry) => plainWeight(weightOf(entry, parameters, file), file));
    const normalize = parameters.normalize ?? true;
    const modelpool = poolOf(undefined, entries);
    if (normalize && weights.every((weight) => weight === 1)) {
      // Summed up, then divided: the simple average, bit for bit.
      return merge(methodConfig(simpleAverage, {}), modelpool);
    }
    return merge(methodConfig(weightedAverage, { normalize, weights }), modelpool);
  }
  if (name === 'karcher') {
    const { max_iter, tol } = parameters;
    // The base is a model like the others.
    const isListed = baseModel === undefined || entries.some(({ model }) => model === baseModel);
    const all = isListed ? entries : [...entries, { model: baseModel }];
    return merge(methodConfig(karcherMean, { max_iter, tol }), poolOf(undefined, all));
  }
  if (baseModel === undefined) throw new ConfigError(`${file}: ${name} needs base_model.`);
  if (name === 'slerp') {
    if (parameters.t === undefined) throw new ConfigError(`${file}: slerp needs parameters.t.`);
    // From the base to the other; mergekit lists both.
    const others = entries.filter(({ model }) => model !== baseModel);
    const modelpool = poolOf(undefined, [{ model: baseModel }, ...others]);
    return merge(methodConfig(slerp, { t: parameters.t }), modelpool);
  }
  const experts = entries.filter(({ model }) => model !== baseModel);
  const modelpool = poolOf(baseModel, experts);
  if (name === 'model_stock') return merge(methodConfig(modelStock, {}), modelpool);
  if (name === 'sce') {
    const { select_topk } = parameters;
    return merge(methodConfig(sce, { select_topk }), modelpool);
  }
  if (name === 'nuslerp') {
    const weights = experts.map((entry) => plainWeight(weightOf(entry, parameters, file), file));
    const { nuslerp_flatten, nuslerp_row_wise } = parameters;
    const options = { t: shareOfSecond(weights), nuslerp_flatten, nuslerp_row_wise };
    return merge(methodConfig(nuSlerp, options), modelpool);
  }
  return { ...taskVectorMethod(name, experts, parameters, file), modelpool };
}

/** mergekit takes a sum that is almost 0 for equal shares. */
function shareOfSecond([first = 0, second = 0]: readonly number[]): number {
  const sum = first + second;
  return Math.abs(sum) < 1e-6 ? 0.5 : second / sum;
}

function taskVectorMethod(
  name: TaskVectorMethod,
  experts: readonly Entry[],
  parameters: Parameters,
  file: string,
): Pick<MergekitMerge, 'method' | 'expertWeights' | 'layers'> {
  const normalize = parameters.normalize ?? normalizes(name);
  const weights = experts.map((entry) => weightOf(entry, parameters, file));
  const common = commonFilters(weights, normalize, file);
  const given = common
    ? weights.map(() => unitOf(common))
    : weights.map((w) => plainWeight(w, file));
  const lambda =
    typeof parameters.lambda === 'number' ? parameters.lambda : unitOf(parameters.lambda);
  const layers = layersOf(parameters.lambda, common);
  const config = (scaling_factor: number, isMean: boolean) =>
    taskVectorConfig(name, scaling_factor, isMean, parameters, (option, usual) =>
      sharedNumber(option, usual, experts, parameters, file),
    );
  if (electsSigns(name) && normalize) {
    requireEqual(given, file);
    // Normalized weights cancel: the mean of the entries is taken.
    return { method: config(lambda, true), expertWeights: given.map(() => 1), ...layers };
  }
  const { share, expertWeights } = splitWeights(given, normalize);
  return { method: config(scaled(lambda, share), false), expertWeights, ...layers };
}

/** Weights that are all the same are a part of the scaling factor, as FusionBench has it; others stay with their experts. */
function splitWeights(
  given: readonly number[],
  normalize: boolean,
): { readonly share: number; readonly expertWeights: readonly number[] } {
  const [first = 1] = given;
  if (given.every((weight) => weight === first)) {
    const share = normalize ? 1 / Math.max(1, given.length) : first;
    return { share, expertWeights: given.map(() => 1) };
  }
  const sum = given.reduce((total, weight) => total + weight, 0);
  // mergekit takes a sum that is almost 0 for 1.
  const divisor = normalize && Math.abs(sum) >= 1e-8 ? sum : 1;
  return { share: 1 / divisor, expertWeights: given };
}

/** A factor of 1 leaves the other as it is written. */
function scaled(lambda: number, weight: number): number {
  return weight === 1 ? lambda : lambda === 1 ? weight : lambda * weight;
}

function requireEqual(weights: readonly number[], file: string): void {
  if (weights.every((weight) => weight === weights[0])) return;
  throw new ConfigError(
    `${file}: the models have different weights (${weights.join(', ')}), which the mean of what agrees has no option for. Give all the same weight, or set normalize to false.`,
  );
}

/** What is a list, of lambda and of the weights, as the factors of a tensor; nothing where neither is. */
function layersOf(
  lambda: Value,
  common: readonly LayerFilter[] | null,
): Pick<MergekitMerge, 'layers'> {
  const lists = [lambda, common ?? 1].filter((value) => typeof value !== 'number');
  if (lists.length === 0) return {};
  const unit = lists.reduce((product, list) => product * unitOf(list), 1);
  return { layers: { kind: 'filters', lists, unit } };
}

/** The list that all weights are; null where all are numbers. */
function commonFilters(
  weights: readonly Value[],
  normalize: boolean,
  file: string,
): readonly LayerFilter[] | null {
  const [first] = weights;
  if (weights.every((weight) => typeof weight === 'number')) return null;
  if (typeof first === 'number' || first === undefined || !allSame(weights)) {
    throw new ConfigError(
      `${file}: the models have different weights by tensor. A factor by layer is one for all of them: give every model the same list, or a number.`,
    );
  }
  if (normalize) {
    throw new ConfigError(
      `${file}: the weights by tensor are the same for all models, and normalize takes them out again. Set normalize to false, or give numbers.`,
    );
  }
  return first;
}

function allSame(values: readonly Value[]): boolean {
  const [first] = values;
  return values.every((value) => JSON.stringify(value) === JSON.stringify(first));
}

function plainWeight(weight: Value, file: string): number {
  if (typeof weight === 'number') return weight;
  throw new ConfigError(
    `${file}: a weight is a list, and an average has no factor by layer. Give numbers, or choose task_arithmetic.`,
  );
}

function poolOf(base: string | undefined, entries: readonly Entry[]): ModelPoolConfig {
  const baseSource = base === undefined ? [] : [{ name: PRETRAINED, ...sourceOf(base) }];
  const models: ModelSource[] = [...baseSource];
  for (const { model } of entries) {
    const source = sourceOf(model);
    const taken = new Set(models.map(({ name }) => name));
    models.push({ name: freeName(shortName(source, baseSource[0]?.reference), taken), ...source });
  }
  return { target: 'CLIPVisionModelPool', models, processor: null, platform: 'hf' };
}

/** `model@revision+adapter` */
function sourceOf(model: string): Omit<ModelSource, 'name'> {
  const [whole = '', adapter] = model.split('+');
  const [reference = '', revision] = whole.split('@');
  return {
    reference,
    ...(revision === undefined ? {} : { revision }),
    ...(adapter === undefined ? {} : { adapter }),
  };
}

/** The last part of the path, without the base's name before it: `clip-vit-base-patch32_sun397` is sun397. */
function shortName(source: Omit<ModelSource, 'name'>, base: string | undefined): string {
  const last = (path: string) => path.split(/[/\\]/).filter(Boolean).at(-1) ?? path;
  const name = withoutEnding(last(source.adapter ?? source.reference));
  const prefix = base === undefined ? undefined : `${last(base)}_`;
  return prefix && name.startsWith(prefix) && name !== prefix ? name.slice(prefix.length) : name;
}

function freeName(name: string, taken: ReadonlySet<string>): string {
  for (let count = 1; ; count++) {
    const candidate = count === 1 ? name : `${name}-${count}`;
    if (!taken.has(candidate)) return candidate;
  }
}
