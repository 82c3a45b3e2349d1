/**
 * Applies overrides of values to a composed configuration, as Hydra does: without a sign only what is there can be changed.
 *
 * Source: hydra-core 1.3.8, `_apply_overrides_to_config`; OmegaConf 2.3, `OmegaConf.update`.
 */
import { ConfigError } from '../../../errors';
import { valueNode } from '../override/text';
import { isSweep, type Override } from '../override/types';
import { type MergeOptions, mergeInto, namesBeside, unknownKey } from './merge';
import { describeNode, isContainer, isSection, MISSING, type Node, type Section } from './node';
import { child, setChild, splitPath } from './path';

type Dereference = MergeOptions['dereference'];

/**
 * Applies one override to `root`, which is changed.
 * @throws ConfigError for a key that is not there, is there already (`+`), or has another value (`~key=value`)
 */
export function applyOverride(root: Section, override: Override, dereference: Dereference): void {
  if (override.package !== undefined) {
    throw new ConfigError(
      `${override.line}\nThe @ is for config groups, but there is no group ${override.key}.`,
    );
  }
  if (isSweep(override.value)) throw notMultirun(override);
  const steps = splitPath(override.key);
  const value = override.value === undefined ? undefined : valueNode(override.value);
  try {
    if (override.kind === 'delete') {
      deleteValue(root, steps, value, dereference);
    } else {
      if (override.kind === 'add') checkFree(root, steps, value ?? null, override, dereference);
      const force = override.kind !== 'change';
      setValue(root, steps, value ?? null, force, dereference);
    }
  } catch (cause) {
    if (!(cause instanceof ConfigError)) throw cause;
    throw new ConfigError(`${override.line}\n${cause.message}`, { cause });
  }
}

function notMultirun(override: Override): ConfigError {
  const key = override.key;
  return new ConfigError(
    `${override.line}\nThis gives ${key} several values, which is for multirun (-m). A list is written ${key}=[...], a text with commas ${key}='...'.`,
  );
}

function checkFree(
  root: Section,
  steps: readonly string[],
  value: Node,
  override: Override,
  dereference: Dereference,
): void {
  const old = select(root, steps, dereference);
  if (old === undefined || old === null || old === MISSING || isContainer(value)) return;
  throw new ConfigError(
    isContainer(old)
      ? `${override.key} is there already: it is ${describeNode(old)}. Its values are changed one by one, as ${override.key}.KEY=VALUE.`
      : `${override.key} is there already, with the value ${describeNode(old)}. Write ${override.line.slice(1)} to change it.`,
  );
}

function setValue(
  root: Section,
  steps: readonly string[],
  value: Node,
  force: boolean,
  dereference: Dereference,
): void {
  let container: Section | Node[] = root;
  for (const [index, step] of steps.slice(0, -1).entries()) {
    const path = steps.slice(0, index + 1);
    // An interpolation on the way is no section, whatever it stands for.
    const next = child(container, step);
    if (isContainer(next)) {
      container = next;
      continue;
    }
    if (child(container, step) === undefined && !force) throw missing(container, path);
    const created: Section = new Map();
    if (!setChild(container, step, created)) throw missing(container, path);
    container = created;
  }
  const last = steps.at(-1) ?? '';
  const old = child(container, last);
  if (old === undefined && (!force || !isSection(container))) throw missing(container, steps);
  if (isContainer(value) && isContainer(old)) {
    replaceOrMerge(container, last, old, value, { steps, force, dereference });
  } else {
    setChild(container, last, value);
  }
}

function replaceOrMerge(
  container: Section | Node[],
  key: string,
  old: Node[] | Section,
  value: Node[] | Section,
  options: { steps: readonly string[]; force: boolean; dereference: Dereference },
): void {
  const { steps, force, dereference } = options;
  if (isSection(old) && isSection(value)) {
    mergeInto(old, value, { dereference, struct: !force }, steps);
  } else if (isSection(old) !== isSection(value)) {
    throw new ConfigError(
      `${steps.join('.')} is ${describeNode(old)} and cannot become ${describeNode(value)}. Delete it first (~${steps.join('.')}).`,
    );
  } else {
    setChild(container, key, value);
  }
}

function deleteValue(
  root: Section,
  steps: readonly string[],
  expected: Node | undefined,
  dereference: Dereference,
): void {
  const old = select(root, steps, dereference);
  const parent = steps.length > 1 ? select(root, steps.slice(0, -1), dereference) : root;
  if (old === undefined || old === null || old === MISSING || !isSection(parent)) {
    if (isSection(parent) && parent.has(steps.at(-1) ?? '')) {
      throw new ConfigError(`${steps.join('.')} has no value that could be deleted.`);
    }
    throw new ConfigError(
      `There is no key ${steps.join('.')}, so none can be deleted. ${namesBeside(isSection(parent) ? parent : undefined, steps)}`,
    );
  }
  if (expected !== undefined && expected !== null && !sameNode(expected, old)) {
    throw new ConfigError(
      `${steps.join('.')} is ${describeNode(old)}, not ${describeNode(expected)}, and stays.`,
    );
  }
  parent.delete(steps.at(-1) ?? '');
}

function sameNode(a: Node, b: Node): boolean {
  const text = (node: Node): string =>
    JSON.stringify(node, (_, value) => (value instanceof Map ? [...value] : value));
  return text(a) === text(b);
}

/** The value under a step; an interpolation counts as what it stands for. */
function opened(
  container: Section | Node[],
  step: string,
  dereference: Dereference,
): Node | undefined {
  const value = child(container, step);
  if (typeof value !== 'string' || !value.includes('${')) return value;
  return dereference(value, container) ?? value;
}

function select(
  root: Section,
  steps: readonly string[],
  dereference: Dereference,
): Node | undefined {
  let at: Node | undefined = root;
  for (const step of steps) {
    if (!isContainer(at)) return undefined;
    at = opened(at, step, dereference);
  }
  return at;
}

function missing(container: Node | undefined, path: readonly string[]): ConfigError {
  return unknownKey(isSection(container) ? container : undefined, path);
}
