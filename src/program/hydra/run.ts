/** Hydra's own section: what a run writes into it before the configuration is resolved, and what is read from it. */
import { ConfigError } from '../../errors';
import { createResolver } from './interpolation/resolve';
import type { ResolverContext } from './interpolation/resolvers';
import type { Override } from './override/types';
import { mergeInto } from './values/merge';
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

export interface Composition {
  /** Without Hydra's own section. */
  readonly config: ConfigTree;
  /** Where Hydra has a run write, and a multirun its runs: `hydra.run.dir`, `hydra.sweep.dir`, `hydra.sweep.subdir`. */
  readonly run: { readonly dir: string; readonly sweepDir: string; readonly sweepSubdir: string };
  /** Dotted paths that some interpolation refers to: keys that are used, whether the program knows them or not. */
  readonly referenced: ReadonlySet<string>;
}

export interface RunFacts {
  readonly configName: string;
  /** All of the command line, groups and values. */
  readonly overrides: readonly Override[];
  /** The option that every config group has got, by override key. */
  readonly choices: ReadonlyMap<string, string | null>;
  readonly jobNumber?: number;
  readonly cwd?: string;
}

/** Writes what only a run knows into Hydra's own section of `root`. */
export function describeRun(
  root: Section,
  { configName, overrides, choices, jobNumber = 0, cwd = '.' }: RunFacts,
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
    ['config_name', configName],
    [
      'override_dirname',
      tasks
        .map(({ line }) => line)
        .sort()
        .join(','),
    ],
    ['num', jobNumber],
  ]);
  update('runtime', [
    ['cwd', cwd],
    ['choices', new Map(choices)],
  ]);
}

/** Resolves the configuration, which no longer sees Hydra's section except through `${hydra:...}`. */
export function finish(root: Section, context: ResolverContext): Composition {
  const { config, referenced, hydra } = resolveJob(root, context);
  const text = (path: string) => formatScalar(scalar(hydra(path), `hydra.${path}`));
  return {
    config: toTree(config),
    referenced,
    run: { dir: text('run.dir'), sweepDir: text('sweep.dir'), sweepSubdir: text('sweep.subdir') },
  };
}

/** The configuration without Hydra's section, resolved; `hydra` has the values of that section. */
export function resolveJob(root: Section, context: ResolverContext) {
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
  return { config, referenced: resolver.referenced, hydra };
}

function scalar(value: Node, path: string): Scalar {
  if (!isContainer(value)) return value;
  throw new ConfigError(`${path} has to be a text, but it is ${describeNode(value)}.`);
}
