/** What a configuration can say of a method, made of the method's description; `src/method` has one file for each. */
import type * as v from 'valibot';
import {
  findScalingFactor,
  isPerExpert,
  type MethodOptions,
  type OptionValue,
  resolveOptions,
} from '../../../method/options';
import type { Method } from '../../../method/types';
import type { TargetClass } from '../program/targets';
import { optionSchemas } from './schema';

/** Names of a model pool's models, in its order. */
export interface PoolNames {
  readonly all: readonly string[];
  /** Without `_pretrained_` and other names of the form `_x_`. */
  readonly experts: readonly string[];
  readonly hasPretrained: boolean;
}

/** Values of options as they were read, FusionBench's own among them. */
export type ReadOptions = Readonly<Record<string, unknown>>;

export interface MethodDefinition extends TargetClass {
  /** The `name` by which a configuration asks for it, instead of `_target_`. */
  readonly configName?: string;
  /** Schemas of its options by FusionBench's names. */
  readonly options: v.ObjectEntries;
  /** What does not fit between options, which their schemas have passed, and pool: sentences, each beginning with a path. */
  check(options: ReadOptions, pool: PoolNames): readonly string[];
}

export function definitionOf(method: Method): MethodDefinition {
  const { name, alias, module, exportedBy, configName } = method;
  return {
    name,
    module,
    ...(alias === undefined ? {} : { alias }),
    ...(exportedBy === undefined ? {} : { exportedBy }),
    ...(configName === undefined ? {} : { configName }),
    options: optionSchemas(method),
    check: (options, pool) => [
      ...poolProblems(method, pool),
      ...optionProblems(method, options, pool),
    ],
  };
}

/** The options that decide the result: without FusionBench's others, and without null, which stands for the default. */
export function decisiveOptions({ options }: Method, read: ReadOptions): MethodOptions {
  return Object.fromEntries(
    options.flatMap(({ name }) => {
      const value = read[name] ?? null;
      // Its schema made it a value of its kind, or the name of a file of such values.
      return value === null ? [] : [[name, value as OptionValue]];
    }),
  );
}

/** Options whose values lie in a file, which has to be read before they decide anything, by name with its path. */
export function valuesInFiles({ options }: Method, read: ReadOptions): ReadonlyMap<string, string> {
  return new Map(
    options.flatMap(({ name, kind }) => {
      const value = read[name];
      return kind === 'number table' && typeof value === 'string' ? [[name, value] as const] : [];
    }),
  );
}

/** Options apart from the scaling factor, which may be a weight for each expert instead. */
export function withoutFactor(
  { options }: Pick<Method, 'options'>,
  given: MethodOptions,
): { readonly told: MethodOptions; readonly factor: number | readonly number[] | undefined } {
  const { [findScalingFactor(options)?.name ?? '']: factor, ...told } = given;
  // Its schema made it one of them.
  return { told, factor: factor as number | readonly number[] | undefined };
}

function optionProblems(method: Method, read: ReadOptions, { experts }: PoolNames): string[] {
  const inFiles = valuesInFiles(method, read);
  const decisive = Object.entries(decisiveOptions(method, read));
  const given = Object.fromEntries(decisive.filter(([name]) => !inFiles.has(name)));
  const problems = method.options.flatMap((option) => {
    const value = given[option.name];
    if (!Array.isArray(value) || !(isPerExpert(option) || option.kind === 'number')) return [];
    const { length } = value;
    if (length === experts.length) return [];
    const what = option.kind === 'number table' ? 'row of weights' : 'weight';
    const wanted = `one ${what} for each of the ${experts.length} fine-tuned models is needed (${experts.join(', ')})`;
    return [`method.${option.name}: ${wanted}, but there are ${length}.`];
  });
  const { told } = withoutFactor(method, given);
  const found = method.check(resolveOptions(method.name, method.options, told));
  return found ? [...problems, `method.${found.option}: ${found.problem}`] : problems;
}

function poolProblems({ takes, experts: { min, max } }: Method, pool: PoolNames): string[] {
  if (takes === 'two models') return needsTwoModels(pool);
  const problems =
    takes === 'experts' || pool.hasPretrained
      ? []
      : ['modelpool.models: there is no _pretrained_, the model that all were fine-tuned from.'];
  // The page shows a base alone as well; a program that merges needs something to merge.
  return [...problems, ...needsExperts(pool, Math.max(1, min), max)];
}

function needsExperts({ experts }: PoolNames, least: number, most = Infinity): string[] {
  if (experts.length > most) {
    return [
      `modelpool.models: at most ${most === 1 ? 'one fine-tuned model' : `${most} fine-tuned models`} beside _pretrained_ can be merged by this method; it has ${experts.length} (${experts.join(', ')}).`,
    ];
  }
  if (experts.length >= least) return [];
  const wanted = least === 1 ? 'a fine-tuned model' : `${least} fine-tuned models`;
  return [
    `modelpool.models: ${wanted} beside _pretrained_ ${least === 1 ? 'is' : 'are'} needed; it has ${experts.length || 'none'}.`,
  ];
}

function needsTwoModels({ all }: PoolNames): string[] {
  if (all.length === 2) return [];
  return [
    `modelpool.models: exactly two models are needed, and it has ${all.length}: ${all.join(', ') || 'none'}.`,
  ];
}
