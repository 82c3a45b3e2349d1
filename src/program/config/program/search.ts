/** The search for a scaling factor or for weights of experts: this program's own section of a configuration. */
import * as v from 'valibot';
import { findMethod, METHODS } from '../../../method/registry';
import type { ConfigValue } from '../../hydra/values/node';
import type { MethodConfig } from '../methods/index';
import { isTree, type Reading, readSection } from './reading';
import { countingNumber, finiteNumber, oneOf, openShare, orNull } from './schemas';
import type { DummyTaskPoolConfig, SearchConfig, TaskPoolConfig } from './types';

const PATH = 'search';

export const SEARCH_NAMES = ['lambda', 'weights'] as const;

const common = {
  name: oneOf(SEARCH_NAMES),
  min: v.optional(finiteNumber, 0),
  split: orNull(openShare),
};

const schemas = {
  lambda: {
    ...common,
    max: v.optional(finiteNumber, 1.5),
    grid: v.optional(countingNumber, 6),
    evaluations: v.optional(countingNumber, 12),
    step: v.optional(finiteNumber, 0.01),
    sample_size: orNull(countingNumber),
  },
  weights: {
    ...common,
    max: v.optional(finiteNumber, 2),
    stride: v.optional(finiteNumber, 0.5),
    evaluations: v.optional(countingNumber, 40),
    step: v.optional(finiteNumber, 0.125),
    sample_size: v.optional(v.nullable(countingNumber), 256),
  },
};

/** Null where none is asked for, undefined where it is wrong: `search: lambda`, or a section with a name and options. */
export function readSearch(
  reading: Reading,
  value: ConfigValue | undefined,
): SearchConfig | null | undefined {
  if (value === undefined || value === null) return null;
  const tree = isTree(value) ? value : new Map([['name', value]]);
  const name = tree.get('name');
  if (name === 'lambda') {
    const read = readSection(reading, tree, PATH, schemas.lambda, 'search=lambda');
    if (!read) return undefined;
    const { sample_size: sampleSize, ...options } = read;
    return sound(reading, { ...options, name, sampleSize });
  }
  if (name === 'weights') {
    const read = readSection(reading, tree, PATH, schemas.weights, 'search=weights');
    if (!read) return undefined;
    const { sample_size: sampleSize, ...options } = read;
    return sound(reading, { ...options, name, sampleSize });
  }
  readSection(reading, new Map([['name', name ?? null]]), PATH, { name: common.name }, 'a search');
  return undefined;
}

/** What each option allows for itself, and the others do not. */
function sound(reading: Reading, search: SearchConfig): SearchConfig | undefined {
  const { min, max, step, evaluations } = search;
  const problems: string[] = [];
  if (min >= max) problems.push(`max: it has to be larger than min, ${min}, but it is ${max}.`);
  if (step <= 0) problems.push(`step: a number above 0 is expected, but it is ${step}.`);
  if (search.name === 'lambda') {
    const { grid } = search;
    if (grid < 3) problems.push(`grid: at least 3 values are expected, but it is ${grid}.`);
    if (evaluations <= grid) {
      problems.push(
        `evaluations: more than the ${grid} values of the grid are expected, but it is ${evaluations}.`,
      );
    }
  } else if (search.stride < step) {
    problems.push(
      `stride: it is halved down to step, ${step}, and cannot begin below it, but it is ${search.stride}.`,
    );
  }
  reading.problems.push(...problems.map((problem) => `${PATH}.${problem}`));
  return problems.length === 0 ? search : undefined;
}

/** The end of a sentence: which methods have what this one lacks. */
export function needsTaskVectors(lack: string, target: string): string {
  const able = METHODS.filter(({ kind }) => kind === 'task vector').map(({ name }) => name);
  return `needs a method with ${lack}, and ${target} has none. Those that do are ${able.join(', ')}.`;
}

/** What a search lacks: sentences, each beginning with a path, and saying what to do. */
export function searchProblems(
  { name, split }: SearchConfig,
  { target }: MethodConfig,
  taskpool: TaskPoolConfig | DummyTaskPoolConfig | null,
): readonly string[] {
  const problems: string[] = [];
  if (findMethod(target)?.kind !== 'task vector') {
    const lack = name === 'lambda' ? 'a scaling factor' : 'task vectors to weight';
    problems.push(`${PATH}: search=${name} ${needsTaskVectors(lack, target)}`);
  }
  if (taskpool?.target !== 'CLIPVisionModelTaskPool') {
    problems.push(
      `${PATH}: a search needs tasks to choose by. Give a taskpool with test_datasets, or take search away.`,
    );
    return problems;
  }
  for (const task of taskpool.tasks) {
    if (task.dataset.validation || split !== null) continue;
    problems.push(
      `taskpool.test_datasets.${task.name}: all of its pictures are reported on, and none is left to choose by. Split every such task with search.split=0.2, or put fusion_bench.utils.data.train_validation_split around its dataset, with validation_fraction: 0.2, random_seed: 0 and return_split: train.`,
    );
  }
  return problems;
}
