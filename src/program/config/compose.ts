/**
 * Composes a configuration with Hydra's meaning: the defaults lists of a tree of files, then the overrides of the command
 * line, then every interpolation.
 *
 * Source: hydra-core 1.3.8 (`hydra/_internal/config_loader_impl.py`, version base 1.2 and later) and OmegaConf 2.3.1.
 */
import { ConfigError } from '../../errors';
import { createChoices } from './defaults/choices';
import { expandDefaults, type Part } from './defaults/expand';
import { createRepository, type Repository } from './defaults/repository';
import { peek } from './interpolation/peek';
import { createResolver } from './interpolation/resolve';
import type { ResolverContext } from './interpolation/resolvers';
import { parseOverrides } from './override/parser';
import { isSweep, type Override } from './override/types';
import type { ConfigSource } from './source';
import { type MergeOptions, mergeInto } from './values/merge';
import {
  type ConfigTree,
  copySection,
  describeNode,
  isContainer,
  isSection,
  type Node,
  type Scalar,
  type Section,
  toTree,
} from './values/node';
import { splitPath } from './values/path';
import { formatScalar } from './values/python-text';
import { applyOverride } from './values/update';

export interface ComposeOptions extends ConfigSource {
  /** Path of the primary file in the tree, with or without `.yaml`. */
  readonly configName: string;
  /** Overrides as on the command line. */
  readonly overrides: readonly string[];
  /** Environment variables, for `${oc.env:...}`. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The folder of the run, for `${hydra:runtime.cwd}`. Default `.`. */
  readonly cwd?: string;
  /** The time of the run, for `${now:...}`. Default: now. */
  readonly now?: Date;
  /** Which run of a multirun this is, for `${hydra:job.num}`. Default 0. */
  readonly jobNumber?: number;
}

export interface Composition {
  /** Without Hydra's own section. */
  readonly config: ConfigTree;
  /** Where Hydra has a run write, and a multirun its runs: `hydra.run.dir`, `hydra.sweep.dir`, `hydra.sweep.subdir`. */
  readonly run: { readonly dir: string; readonly sweepDir: string; readonly sweepSubdir: string };
  /** Dotted paths that some interpolation refers to: keys that are used, whether the program knows them or not. */
  readonly referenced: ReadonlySet<string>;
}

/**
 * The composed configuration, every interpolation resolved; mandatory values that nobody gave are `???`.
 * @throws ConfigError that names the file or the override, and what is meant
 */
export async function composeConfig(options: ComposeOptions): Promise<ConfigTree> {
  return (await compose(options)).config;
}

/** As `composeConfig`, with what a run of it needs to know. */
export async function compose(options: ComposeOptions): Promise<Composition> {
  const { env, configName } = options;
  const overrides = parseOverrides(options.overrides);
  const sweep = overrides.find((override) => isSweep(override.value));
  const repository = createRepository(options);
  const context: ResolverContext = { env, now: options.now ?? new Date(), hydra: undefined };

  const choices = await createChoices(repository, overrides);
  const parts = await expandDefaults(configName, { repository, choices, resolvers: context });
  const root: Section = new Map();
  const dereference: MergeOptions['dereference'] = (text, within) => peek(root, text, within);
  for (const part of parts) mergePart(root, part, dereference);
  // A sweep belongs to multirun; one over a group is among the overrides of values as well.
  if (sweep) applyOverride(root, { ...sweep, package: undefined }, dereference);
  for (const override of choices.valueOverrides) applyOverride(root, override, dereference);
  describeRun(root, options, overrides, choices.known);
  return finish(root, context);
}

/**
 * Resolves a lone file: no defaults list, no overrides, no run. A configuration that FusionBench saved after a run is one.
 * @param name - stands for the name of the configuration in `${hydra:job.config_name}`
 */
export function resolveLoneConfig(
  content: Section,
  name: string,
  env: ComposeOptions['env'],
): Omit<Composition, 'run'> {
  const facts: ReadonlyMap<string, Scalar> = new Map<string, Scalar>([
    ['job.config_name', name],
    ['job.name', name],
    ['job.num', 0],
    ['runtime.cwd', '.'],
  ]);
  const hydra = (path: string): Node => {
    const value = facts.get(path);
    if (value !== undefined) return value;
    throw new ConfigError(`Hydra has no value ${path} for a lone file.`);
  };
  const resolver = createResolver(content, { env, now: new Date(), hydra });
  resolver.resolveAll();
  return { config: toTree(content), referenced: resolver.referenced };
}

/** Names of the options in a config group, for `expandSweeps`. */
export function groupOptions(source: ConfigSource): Repository['options'] {
  return createRepository(source).options;
}

function mergePart(root: Section, part: Part, dereference: MergeOptions['dereference']): void {
  const steps = part.package === '' ? [] : splitPath(part.package);
  const embedded = steps.reduceRight<Section>(
    (inner, step) => new Map([[step, inner]]),
    part.content,
  );
  try {
    mergeInto(root, embedded, { dereference });
  } catch (cause) {
    if (!(cause instanceof ConfigError)) throw cause;
    throw new ConfigError(`${part.file}: ${cause.message}`, { cause });
  }
}

function describeRun(
  root: Section,
  options: ComposeOptions,
  overrides: readonly Override[],
  known: ReadonlyMap<string, string | null>,
): void {
  const hydra = root.get('hydra');
  if (!isSection(hydra)) throw new ConfigError('hydra has to be a section of the configuration.');
  const isHydra = ({ key }: Override) => key.startsWith('hydra.') || key.startsWith('hydra/');
  const lines = (list: readonly Override[]): Node[] => list.map(({ line }) => line);
  const tasks = overrides.filter((override) => !isHydra(override));
  const update = (section: string, values: Iterable<[string, Node]>) => {
    mergeInto(hydra, new Map([[section, new Map(values)]]), { dereference: () => undefined });
  };
  update('overrides', [
    ['hydra', lines(overrides.filter(isHydra))],
    ['task', lines(tasks)],
  ]);
  update('job', [
    ['config_name', options.configName],
    [
      'override_dirname',
      tasks
        .map(({ line }) => line)
        .sort()
        .join(','),
    ],
    ['num', options.jobNumber ?? 0],
  ]);
  update('runtime', [
    ['cwd', options.cwd ?? '.'],
    ['choices', new Map(known)],
  ]);
}

/** Resolves the configuration, which no longer sees Hydra's section except through `${hydra:...}`. */
function finish(root: Section, context: ResolverContext): Composition {
  const hydra = (path: string): Node => {
    const value = whole.lookup(['hydra', ...splitPath(path)]);
    if (value !== undefined) return value;
    throw new ConfigError(`Hydra has no value ${path} here.`);
  };
  const whole = createResolver(copySection(root), { ...context, hydra });
  const config = copySection(root);
  config.delete('hydra');
  const resolver = createResolver(config, { ...context, hydra });
  resolver.resolveAll();
  const text = (path: string) => formatScalar(scalar(hydra(path), `hydra.${path}`));
  return {
    config: toTree(config),
    referenced: resolver.referenced,
    run: { dir: text('run.dir'), sweepDir: text('sweep.dir'), sweepSubdir: text('sweep.subdir') },
  };
}

function scalar(value: Node, path: string): Scalar {
  if (!isContainer(value)) return value;
  throw new ConfigError(`${path} has to be a text, but it is ${describeNode(value)}.`);
}
