/** From the command line to the runs that it asks for, every one checked before the first begins. */
import { ConfigError } from '../../errors';
import { explainConfig } from '../../program/config/fusionbench/explain-config';
import { checkProgram } from '../../program/config/program/read-program';
import type { ProgramConfig } from '../../program/config/program/types';
import { compose, groupOptions } from '../../program/hydra/compose';
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
  /** What this run of a multirun has of its own: overrides by key. */
  readonly swept: ReadonlyMap<string, string>;
}

/** @throws ConfigError as `compose` and `readProgram`, and where two runs would write the same file */
export async function planRuns(
  args: FuseArguments,
  environment: FuseEnvironment,
): Promise<PlannedRun[]> {
  const { configName, multirun, overrides } = args;
  const common = await composing(args, environment);
  const { now } = environment;
  const runs = multirun ? await expandSweeps(overrides, groupOptions(common)) : [[...overrides]];
  const swept = sweptOverrides(runs);
  const planned: PlannedRun[] = [];
  for (const [jobNumber, lines] of runs.entries()) {
    const composition = await compose({ ...common, overrides: lines.map(anywhere), jobNumber });
    const { config, referenced } = composition;
    const { program, withoutEffect } = checkProgram(config, referenced);
    const names = { configName, now, multirun };
    const outputs = runOutputs(program, composition, names);
    planned.push({ program, withoutEffect, config, outputs, swept: swept[jobNumber] ?? new Map() });
  }
  for (const key of OUTPUTS) refuseSharedPath(planned, key);
  return planned;
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
