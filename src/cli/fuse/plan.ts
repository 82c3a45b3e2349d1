/** From the command line to the runs that it asks for, every one checked before the first begins. */
import { ConfigError } from '../../errors';
import { explainConfig } from '../../program/config/fusionbench/explain-config';
import { checkProgram } from '../../program/config/program/read-program';
import type { ProgramConfig } from '../../program/config/program/types';
import { type ComposeOptions, compose, groupOptions } from '../../program/hydra/compose';
import { configFolder } from '../../program/hydra/folder-node';
import { expandSweeps } from '../../program/hydra/override/sweep';
import type { Composition } from '../../program/hydra/run';
import { OUTPUT_KEYS, type RunOutputs, relationsKey, runOutputs } from '../../program/run/outputs';
import type { FuseArguments } from './arguments';
import { findConfigs } from './find-configs';

export interface FuseEnvironment {
  /** Relative paths begin here. */
  readonly cwd: string;
  /** The folder of this program's own configurations. */
  readonly configs: string;
  /** The folder of this program's built parts that run in threads and processes of their own. */
  readonly programs?: URL | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly now: Date;
  /** As the program is called. */
  readonly command?: string | undefined;
}

/** What every composition of one command has in common, its overrides as they are meant. */
export async function composing(
  { configPath, configName, overrides }: FuseArguments,
  { cwd, configs, env, now }: FuseEnvironment,
) {
  const folder = await findConfigs(configPath, cwd, configs);
  const source = { ...configFolder(folder), explain: explainConfig };
  return { ...source, configName, overrides: overrides.map(anywhere), env, cwd, now };
}

export interface PlannedRun {
  readonly program: ProgramConfig;
  /** Paths of options that change nothing here. */
  readonly withoutEffect: readonly string[];
  readonly config: Composition['config'];
  readonly outputs: RunOutputs;
  /** All of its overrides, nothing in them swept any more. */
  readonly overrides: readonly string[];
  /** What this run of a multirun has of its own: overrides by key. */
  readonly swept: ReadonlyMap<string, string>;
}

/** @throws ConfigError as `compose` and `readProgram`, and where two runs would write the same file */
export async function planRuns(
  args: FuseArguments,
  environment: FuseEnvironment,
): Promise<PlannedRun[]> {
  const { multirun, overrides } = args;
  const common = await composing(args, environment);
  const runs = multirun ? await expandSweeps(overrides, groupOptions(common)) : [[...overrides]];
  const swept = sweptOverrides(runs);
  const planned: PlannedRun[] = [];
  for (const [jobNumber, overrides] of runs.entries()) {
    const run = await planOne({ ...common, overrides, jobNumber }, multirun);
    planned.push({ ...run, overrides, swept: swept[jobNumber] ?? new Map() });
  }
  for (const key of OUTPUTS) refuseSharedPath(planned, key);
  return planned;
}

/**
 * One run again, by the arguments that it has for itself.
 * @param number - which of a multirun's runs it is; undefined for a lone one
 * @throws ConfigError as `planRuns`
 */
export async function planAgain(
  args: FuseArguments,
  environment: FuseEnvironment,
  number: number | undefined,
): Promise<Omit<PlannedRun, 'overrides' | 'swept'>> {
  const { overrides } = args;
  const common = await composing(args, environment);
  return planOne({ ...common, overrides, jobNumber: number ?? 0 }, number !== undefined);
}

async function planOne(
  { overrides, ...common }: Omit<ComposeOptions, 'now'> & { readonly now: Date },
  multirun: boolean,
): Promise<Omit<PlannedRun, 'overrides' | 'swept'>> {
  const composition = await compose({ ...common, overrides: overrides.map(anywhere) });
  const { config, referenced } = composition;
  const { program, withoutEffect } = checkProgram(config, referenced);
  const { configName, now } = common;
  const outputs = runOutputs(program, composition, { configName, now, multirun });
  return { program, withoutEffect, config, outputs };
}

/** What is no key of FusionBench's configurations can be given whether or not a file has it. */
function anywhere(override: string): string {
  if (override.startsWith('engine=')) return `++${override}`;
  const relations = /^\+{0,2}(relations(?:\.\w+)?=.*)$/s.exec(override)?.[1];
  // As a section, so that its options can be given beside it.
  if (relations)
    return relations === 'relations=true' ? `++relations={directions:true}` : `++${relations}`;
  const own = /^\+{0,2}(search|compare)(?:\.(\w+))?=(.*)$/s.exec(override);
  if (!own) return override;
  const [, section, key = section === 'search' ? 'name' : 'methods', value = ''] = own;
  // Commas between runs are a sweep, which is expanded by now; what is left of them are names.
  const isNames = key === 'methods' && value.includes(',') && !value.startsWith('[');
  return `++${section}.${key}=${isNames ? `[${value}]` : value}`;
}

/** The overrides that are not the same in all runs. */
function sweptOverrides(runs: readonly (readonly string[])[]): Map<string, string>[] {
  const [first = []] = runs;
  return runs.map((lines) => {
    const own = lines.filter((_, place) => runs.some((run) => run[place] !== first[place]));
    return new Map(
      own.map((line) => {
        const equals = line.indexOf('=');
        return [line.slice(0, equals), line.slice(equals + 1)];
      }),
    );
  });
}

const OUTPUTS = ['report', 'model', 'comparison', 'relations', 'predictions'] as const;

function refuseSharedPath(runs: readonly PlannedRun[], key: (typeof OUTPUTS)[number]): void {
  const seen = new Set<string>();
  for (const { program, outputs } of runs) {
    const path = outputs[key];
    if (path === null) continue;
    if (seen.has(path)) {
      throw new ConfigError(
        `${key === 'relations' ? relationsKey(program) : OUTPUT_KEYS[key]}: several runs would write ${path}. Begin it with {log_dir}, which each run has for itself.`,
      );
    }
    seen.add(path);
  }
}
