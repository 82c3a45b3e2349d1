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
import type { ResolverContext } from './interpolation/resolvers';
import { parseOverrides } from './override/parser';
import { isSweep } from './override/types';
import { type Composition, describeRun, finish } from './run';
import type { ConfigSource } from './source';
import { type MergeOptions, mergeInto } from './values/merge';
import type { Section } from './values/node';
import { splitPath } from './values/path';
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

/**
 * The composed configuration, every interpolation resolved; mandatory values that nobody gave are `???`.
 * @throws ConfigError that names the file or the override, and what is meant
 */
export async function compose(options: ComposeOptions): Promise<Composition> {
  const { root, context } = await composeUnresolved(options);
  return finish(root, context);
}

/** What is composed before any interpolation is resolved, Hydra's own section among it, and the files that it is made of. */
export interface Unresolved {
  readonly root: Section;
  readonly parts: readonly Part[];
  readonly context: ResolverContext;
}

/** @throws ConfigError as `compose`, but for what only resolving meets */
export async function composeUnresolved(options: ComposeOptions): Promise<Unresolved> {
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
  describeRun(root, { ...options, overrides, choices: choices.known });
  return { root, parts, context };
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
