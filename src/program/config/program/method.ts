/** The method of a configuration. */

import { nearestName } from '../../hydra/values/nearest';
import { type ConfigTree, type ConfigValue, MISSING } from '../../hydra/values/node';
import { refusalOf } from '../fusionbench/refusals';
import type { MethodDefinition } from '../methods/definition';
import { type MethodConfig, methodDefinitions } from '../methods/index';
import { poolNames } from './modelpool';
import { isTree, noSection, type Reading, readSection } from './reading';
import { readTarget, targetNames } from './targets';
import type { ModelPoolConfig } from './types';

const PATH = 'method';

export function readMethod(
  reading: Reading,
  value: ConfigValue | undefined,
): MethodConfig | undefined {
  if (!isTree(value)) {
    reading.problems.push(noSection(PATH, '_target_ and its options', value));
    return undefined;
  }
  const definition = readDefinition(reading, value);
  if (!definition) return undefined;
  const told = new Map(value);
  if (definition.configName !== undefined) told.delete('name');
  const options = readSection(reading, told, PATH, definition.options, definition.name);
  // The definition's name and its options belong together by construction.
  return options && ({ target: definition.name, options } as MethodConfig);
}

/** What does not fit between a method and the pool: sentences, each beginning with a path. */
export function methodProblems(
  { target, options }: MethodConfig,
  modelpool: ModelPoolConfig,
): readonly string[] {
  const definition = methodDefinitions.find(({ name }) => name === target);
  return definition?.check(options, poolNames(modelpool)) ?? [];
}

/** FusionBench takes `_target_` where it is there, and looks at `name` only where it is not. */
function readDefinition(reading: Reading, tree: ConfigTree): MethodDefinition | undefined {
  const target = tree.get('_target_');
  const name = tree.get('name');
  if (!tree.has('_target_') && typeof name === 'string') return readNamed(reading, name);
  const byName = methodDefinitions.find(
    (candidate) =>
      candidate.configName !== undefined &&
      typeof target === 'string' &&
      targetNames(candidate).includes(target),
  );
  if (byName) {
    reading.problems.push(
      `${PATH}._target_: FusionBench's ${byName.name} cannot be made by its class name: it fails on the options. Write name: ${byName.configName} instead of _target_.`,
    );
    return undefined;
  }
  const classes = methodDefinitions.filter(({ configName }) => configName === undefined);
  return readTarget(reading, tree, PATH, classes, 'a method');
}

function readNamed(reading: Reading, name: string): MethodDefinition | undefined {
  const found = methodDefinitions.find(({ configName }) => configName === name);
  if (found) return found;
  if (name === MISSING) {
    reading.problems.push(`${PATH}.name: it has to be given (???), and nothing is.`);
    return undefined;
  }
  const refusal = refusalOf(name);
  if (refusal) {
    reading.problems.push(`${PATH}.name: ${refusal}`);
    return undefined;
  }
  const names = methodDefinitions.flatMap(({ configName }) => configName ?? []);
  const near = nearestName(name, names);
  reading.problems.push(
    `${PATH}.name: ${name} is not a method that this program has. ${near ? `Did you mean ${near}?` : `By name there is ${names.join(', ')}; the others have a _target_.`}`,
  );
  return undefined;
}
