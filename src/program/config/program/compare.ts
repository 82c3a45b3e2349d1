/** The comparison of methods: this program's own section of a configuration. */
import * as v from 'valibot';
import { defaultOptions } from '../../../method/options';
import { ALL_METHODS, findMethod } from '../../../method/registry';
import type { Method } from '../../../method/types';
import { namedPlace } from '../../../modelpool/same-name';
import { COMPARE_SAMPLE, COMPARE_SHARE } from '../../compare/compare';
import { nearestName } from '../../hydra/values/nearest';
import type { ConfigValue } from '../../hydra/values/node';
import type { PoolNames } from '../methods/definition';
import { methodDefinitions } from '../methods/index';
import { poolNames } from './modelpool';
import { isTree, type Reading, readSection } from './reading';
import { countingNumber, openShare, text, texts } from './schemas';
import type {
  CompareConfig,
  DummyTaskPoolConfig,
  ModelPoolConfig,
  SearchConfig,
  TaskPoolConfig,
} from './types';

const PATH = 'compare';

/** Stands for every method that fits the pool. */
const ALL = 'all';

const schema = {
  methods: v.union([text, texts], 'all, the name of a method or a list of names is expected.'),
  split: v.optional(openShare, COMPARE_SHARE),
  sample_size: v.optional(v.nullable(countingNumber), COMPARE_SAMPLE),
  save_path: v.optional(v.nullable(text), '{log_dir}/comparison.csv'),
};

/** Null where none is asked for, undefined where it is wrong: `compare: all`, names, or a section with `methods` and options. */
export function readCompare(
  reading: Reading,
  value: ConfigValue | undefined,
): CompareConfig | null | undefined {
  if (value === undefined || value === null) return null;
  const tree = isTree(value) ? value : new Map([['methods', value]]);
  const read = readSection(reading, tree, PATH, schema, 'a comparison');
  if (!read) return undefined;
  const { methods, split, sample_size: sampleSize, save_path: savePath } = read;
  const common = { split, sampleSize, savePath };
  if (methods === ALL) return { methods: null, ...common };
  const names = (typeof methods === 'string' ? [methods] : methods).map((name) => {
    const method = findMethod(name);
    if (method) return method.name;
    const known = ALL_METHODS.map((each) => each.name);
    const near = nearestName(name, known);
    reading.problems.push(
      `${PATH}.methods: ${name} is not a method that this program has. ${near ? `Did you mean ${near}?` : `There are ${known.join(', ')}; all takes those that fit the pool.`}`,
    );
    return name;
  });
  return names.every(findMethod) ? { methods: names, ...common } : undefined;
}

/** Why a method has no row in the comparison of a pool; all but its defaults is its own in any pool. */
export function comparedProblems(method: Method, names: PoolNames): readonly string[] {
  const definition = methodDefinitions.find(({ name }) => name === method.name);
  return definition?.check(defaultOptions(method.options, names.experts.length), names) ?? [];
}

/** Experts that no task bears the name of. */
function withoutTask(
  experts: readonly string[],
  taskpool: TaskPoolConfig | DummyTaskPoolConfig | null,
): string[] {
  if (taskpool?.target !== 'CLIPVisionModelTaskPool') return [];
  const places = new Set(taskpool.tasks.map(({ name }) => namedPlace(name, experts)));
  return experts.filter((_, place) => !places.has(place));
}

/** What a comparison lacks: sentences, each beginning with a path, and saying what to do. */
export function compareProblems(
  { methods }: CompareConfig,
  search: SearchConfig | null,
  modelpool: ModelPoolConfig,
  taskpool: TaskPoolConfig | DummyTaskPoolConfig | null,
): readonly string[] {
  const problems: string[] = [];
  const names = poolNames(modelpool);
  const { hasPretrained, experts } = names;
  if (!hasPretrained || experts.length === 0) {
    problems.push(
      `${PATH}: methods are compared on _pretrained_ and fine-tuned models of it. Give both in modelpool.models.`,
    );
  }
  if (taskpool?.target !== 'CLIPVisionModelTaskPool') {
    problems.push(
      `${PATH}: a comparison needs tasks. Give a taskpool with test_datasets, or take compare away.`,
    );
  }
  // What was asked for by name is not left out in silence.
  for (const name of problems.length === 0 ? (methods ?? []) : []) {
    const method = findMethod(name);
    const unfit = method ? comparedProblems(method, names) : [];
    const without = method?.needsPictures ? withoutTask(experts, taskpool) : [];
    for (const problem of unfit) {
      problems.push(`${PATH}.methods: ${name} does not fit the pool. ${problem}`);
    }
    if (without.length > 0) {
      problems.push(
        `${PATH}.methods: ${name} looks at pictures of each expert’s task, and no task of taskpool.test_datasets is called ${without.join(' or ')}. Add what is missing, rename the models after their tasks, or take ${name} away.`,
      );
    }
  }
  if (search) {
    problems.push(
      `${PATH}: a comparison searches every method's scaling factor itself. Take search or compare away.`,
    );
  }
  return problems;
}
