/** Reading typed options out of a composed configuration: every problem is noted with its path, and all are told at once. */
import * as v from 'valibot';
import { ConfigError } from '../../../errors';
import { nearestName } from '../../hydra/values/nearest';
import { type ConfigTree, type ConfigValue, describeNode, MISSING } from '../../hydra/values/node';
import { hasNoEffect } from './without-effect';

export interface Reading {
  /** Full sentences, each beginning with a path. */
  readonly problems: string[];
  /** Paths that an interpolation refers to: such keys are used, whoever reads them. */
  readonly referenced: ReadonlySet<string>;
  /** Paths of options that were given and change nothing here. */
  readonly withoutEffect: string[];
}

/** What stands beside the options wherever FusionBench makes an object of a section. */
const OBJECT_KEYS: ReadonlySet<string> = new Set([
  '_target_',
  '_recursive_',
  '_convert_',
  '_usage_',
  '_version_',
]);

/** @throws ConfigError with all problems, where there are some */
export function throwProblems({ problems }: Reading): void {
  if (problems.length > 0) throw new ConfigError([...new Set(problems)].join('\n'));
}

/**
 * The options of a section by a valibot schema; undefined where something is wrong, which is noted then.
 * @param owner - whose options they are, for messages: `TaskArithmeticAlgorithm`
 */
export function readSection<E extends v.ObjectEntries>(
  reading: Reading,
  value: ConfigValue | undefined,
  path: string,
  entries: E,
  owner: string,
): v.InferOutput<v.ObjectSchema<E, undefined>> | undefined {
  if (!isTree(value)) {
    reading.problems.push(
      `${path}: options in the form "name: value" are expected, but it is ${describe(value)}.`,
    );
    return undefined;
  }
  const before = reading.problems.length;
  noteUnknownKeys(reading, value, path, Object.keys(entries), owner);
  const input = Object.fromEntries([...value].filter(([key]) => Object.hasOwn(entries, key)));
  const result = v.safeParse(v.object(entries), input);
  for (const issue of result.issues ?? []) {
    const place = [path, ...(issue.path ?? []).map(({ key }) => String(key))].filter(Boolean);
    reading.problems.push(`${place.join('.')}: ${explain(issue, owner)}`);
  }
  for (const [key, given] of Object.entries(input)) {
    if (given === null || !hasNoEffect(entries[key])) continue;
    reading.withoutEffect.push(path === '' ? key : `${path}.${key}`);
  }
  return result.success && reading.problems.length === before ? result.output : undefined;
}

/** What a schema found wrong, as a sentence. */
export function explain(issue: v.BaseIssue<unknown>, owner: string): string {
  if (issue.kind === 'schema' && issue.type === 'object' && issue.received === 'undefined') {
    return `it is missing; ${owner} needs it.`;
  }
  if (issue.input === MISSING) return 'it has to be given (???), and nothing is.';
  return issue.message;
}

/** Notes keys that `owner` does not have and no interpolation uses, each with the nearest right name. */
export function noteUnknownKeys(
  reading: Reading,
  tree: ConfigTree,
  path: string,
  known: readonly string[],
  owner: string,
): void {
  for (const key of tree.keys()) {
    const place = path === '' ? key : `${path}.${key}`;
    if (known.includes(key) || OBJECT_KEYS.has(key) || reading.referenced.has(place)) continue;
    const near = nearestName(key, known);
    const names = known.filter((name) => !name.startsWith('_')).join(', ');
    const meant = near
      ? `The name is ${near}.`
      : names
        ? `Its options are ${names}.`
        : 'It has no options.';
    reading.problems.push(`${place}: ${owner} has no option ${key}. ${meant}`);
  }
}

export function isTree(value: unknown): value is ConfigTree {
  return value instanceof Map;
}

/**
 * What is wrong with a value in the place of a section that is mostly chosen from a group of the same name.
 * @param contents - of the section, such as `_target_ and its options`
 */
export function noSection(path: string, contents: string, value: ConfigValue | undefined): string {
  const problem = `${path}: a section with ${contents} is expected, but it is ${describe(value)}.`;
  return typeof value === 'string' && value !== MISSING
    ? `${problem} A file of the group ${path} is chosen so where the configuration has ${path} in its defaults list, as fabric_model_fusion and demo have (without --config-path). In this one the section is changed by ${path}._target_=CLASS and ${path}.KEY=VALUE.`
    : problem;
}

/** What a value is, for messages; a mandatory one that is missing as such. */
export function describe(value: unknown): string {
  if (value === MISSING) return 'still to be given (???)';
  // Everything in a configuration is a ConfigValue; undefined is a key that is not there.
  return describeNode(value as ConfigValue | undefined);
}
