/** Dotted names of Python's classes, as `_target_` has them. */
import { nearestName } from '../../hydra/values/nearest';
import { type ConfigTree, MISSING } from '../../hydra/values/node';
import { refusalOf } from '../fusionbench/refusals';
import { describe, type Reading } from './reading';

/** A class of FusionBench that can be the `_target_` of a section. */
export interface TargetClass {
  readonly name: string;
  /** Another name of the same class. */
  readonly alias?: string;
  /** The module that defines it; the packages above it export it as well. */
  readonly module: string;
  /** The outermost package that exports it, where that is not the outermost of all. */
  readonly exportedBy?: string;
}

/** Every dotted name that imports the class: from its module and from each package above it that exports it. */
export function targetNames({ module, name, alias, exportedBy = '' }: TargetClass): string[] {
  const steps = module.split('.');
  const names = alias === undefined ? [name] : [name, alias];
  return steps
    .map((_, index) => steps.slice(0, index + 1).join('.'))
    .filter((place) => place.length >= exportedBy.length)
    .flatMap((place) => names.map((each) => `${place}.${each}`));
}

/**
 * The class that a section's `_target_` names; undefined where it is none of them, which is noted then.
 * @param what - what such a class is, for messages: `a method`
 */
export function readTarget<T extends TargetClass>(
  reading: Reading,
  tree: ConfigTree,
  path: string,
  classes: readonly T[],
  what: string,
): T | undefined {
  const target = tree.get('_target_');
  const place = path === '' ? '_target_' : `${path}._target_`;
  const found =
    typeof target === 'string'
      ? classes.find((candidate) => targetNames(candidate).includes(target))
      : undefined;
  if (!found) {
    const refusal = typeof target === 'string' && refusalOf(target);
    if (refusal) {
      reading.problems.push(`${place}: ${refusal}`);
      return undefined;
    }
    if (target === MISSING) {
      reading.problems.push(`${place}: it has to be given (???), and nothing is.`);
      return undefined;
    }
    const older = target === undefined && olderRefusal(tree);
    if (older) {
      reading.problems.push(`${path}: ${older}`);
      return undefined;
    }
    const names = classes.map((candidate) => usualName(candidate));
    reading.problems.push(
      typeof target === 'string'
        ? `${place}: ${target} is not ${what} that this program has. ${meantTarget(target, names)}`
        : `${place}: the name of ${what} is expected, but it is ${describe(target)}. There are ${names.join(', ')}.`,
    );
  }
  return found;
}

/** FusionBench used to name classes by `type`, and some by `name`. */
function olderRefusal(tree: ConfigTree): string | undefined {
  for (const key of ['type', 'name']) {
    const value = tree.get(key);
    const refusal = typeof value === 'string' && refusalOf(value);
    if (refusal) return refusal;
  }
  return undefined;
}

/** The name that FusionBench's own configurations use. */
export function usualName({ module, name, exportedBy }: TargetClass): string {
  const place = exportedBy === undefined ? module.split('.').slice(0, 2).join('.') : module;
  return `${place}.${name}`;
}

function meantTarget(target: string, names: readonly string[]): string {
  const className = (name: string) => name.split('.').at(-1) ?? name;
  const near = nearestName(className(target), names.map(className));
  const name = names.find((candidate) => className(candidate) === near);
  return name ? `Did you mean ${name}?` : `There are ${names.join(', ')}.`;
}
