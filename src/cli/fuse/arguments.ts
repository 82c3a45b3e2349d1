/** The command line in Hydra's form. */
import { parseArgs } from 'node:util';
import { ConfigError } from '../../errors';
import { optionMistake } from '../option-mistake';

export interface FuseArguments {
  readonly help: boolean;
  readonly version: boolean;
  /** What is shown instead of running anything. */
  readonly show: Shown | undefined;
  /** Undefined: the configurations that come with this program. */
  readonly configPath: string | undefined;
  readonly configName: string;
  readonly multirun: boolean;
  /** Whether models and data that are missing are fetched from the Hub, and without asking. */
  readonly download: boolean;
  readonly yes: boolean;
  /** Where runs are planned as jobs, or what is done with such a plan. */
  readonly jobs: JobsAction | undefined;
  /** `key=value` and the like, in their order. */
  readonly overrides: readonly string[];
}

export type Shown =
  | { readonly what: 'job'; readonly package: string | undefined; readonly resolve: boolean }
  | { readonly what: 'defaults' };

/** `plan`: the path of the file with the jobs. */
export type JobsAction =
  | { readonly what: 'plan' | 'collect'; readonly plan: string }
  /** From the first to the last of them. */
  | { readonly what: 'run'; readonly plan: string; readonly first: number; readonly last: number };

/** As this program is called in its sources. */
export const SOURCES_COMMAND = 'npm run fuse --';

const formOf = (command: string) =>
  `${command} [--config-path DIR] [--config-name NAME] [key.path=value ...] [-m]`;

/** @param command - as it is called */
export function usageOf(command: string): string {
  return `${formOf(command)}

Merges models and scores the result, as fusion_bench does with the same configuration.
--config-path, -cp   folder of the configurations; by default those of this program
--config-name, -cn   file in it, without .yaml; by default fabric_model_fusion
key.path=value       changes a value; group=option chooses a file, +key=value adds, ~key removes
+search=lambda       finds the scaling factor with the least loss on a part of each task (search.split=0.2), and reports
+search=weights      on the rest; weights: the same for each expert's weight. Options: docs/command-line.md
+compare=all         compares every method that fits the pool, each at its own best factor, or those named: +compare=A,B
+relations=true      tells how the experts relate, and writes tables of it; +relations.directions=false leaves out what takes long
+merged_model_format=openclip, onnx or lora: how the model is saved in merged_model_save_path, if not for transformers
                     (++merged_model_save_path=DIR saves it)
--download           fetches models and data that are missing from the Hugging Face Hub, once the list of them is agreed to
--yes, -y            agrees to it beforehand
-m, --multirun       runs once for each of several values: method.scaling_factor=0.1,0.3 or "range(0,1,0.1)"
--plan FILE          writes the runs as independent jobs into a file (jobs.json) instead of running them
--job FILE --index I runs one of them, or several (4-7), unless its result is there; on any machine that sees the same files
--collect FILE       makes their table, and names those that are missing or failed: docs/scale.md
--cfg job, -c        shows the composed configuration and runs nothing; --resolve with its interpolations resolved,
                     --package NAME, -p of one section alone
--info defaults, -i  shows the files that it is composed of
--help, -h           groups, methods and options; --version

Try it:    ${command} --config-name demo
any method ${command} --config-name demo method=ties_merging method.threshold=10

Models and data are local folders, or repositories in the Hugging Face cache. Without --download nothing is downloaded.
The exit code is 0, 1 where a run failed, 2 where the configuration is wrong, 130 where it was interrupted.`;
}

/** FusionBench's own. */
const DEFAULT_NAME = 'fabric_model_fusion';

/** Hydra's short names, of two letters. */
const SHORT = new Map([
  ['-cp', '--config-path'],
  ['-cn', '--config-name'],
]);

const OPTIONS = {
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
  'config-path': { type: 'string' },
  'config-name': { type: 'string' },
  multirun: { type: 'boolean', short: 'm' },
  download: { type: 'boolean' },
  yes: { type: 'boolean', short: 'y' },
  cfg: { type: 'string', short: 'c' },
  package: { type: 'string', short: 'p' },
  resolve: { type: 'boolean' },
  info: { type: 'string', short: 'i' },
  plan: { type: 'string' },
  job: { type: 'string' },
  index: { type: 'string' },
  collect: { type: 'string' },
} as const;

/** The same as `--download`, in the form of an override. */
const DOWNLOAD = /^\+{0,2}download=(true|false)$/i;

/** For whoever completes a command line. */
export const FLAGS = Object.keys(OPTIONS).map((name) => `--${name}`);

/**
 * @param command - as the program is called
 * @throws ConfigError for an option that there is not
 */
export function parseArguments(
  args: readonly string[],
  command: string = SOURCES_COMMAND,
): FuseArguments {
  const { values, positionals } = parse(args, command);
  const download = positionals
    .flatMap((text) => DOWNLOAD.exec(text)?.[1]?.toLowerCase() ?? [])
    .at(-1);
  return {
    help: values.help === true,
    version: values.version === true,
    show: shownOf(values),
    configPath: values['config-path'],
    configName: values['config-name'] ?? DEFAULT_NAME,
    multirun: values.multirun === true,
    download: download === undefined ? values.download === true : download === 'true',
    yes: values.yes === true,
    jobs: jobsOf(values, positionals),
    overrides: positionals.filter((text) => !DOWNLOAD.test(text)),
  };
}

function parse(args: readonly string[], command: string) {
  try {
    return parseArgs({
      args: args.map((arg) => SHORT.get(arg) ?? arg),
      options: OPTIONS,
      allowPositionals: true,
    });
  } catch (cause) {
    throw new ConfigError(
      `${optionMistake(cause, FLAGS)}\n\n${formOf(command)}\n${command} --help lists every option.`,
      { cause },
    );
  }
}

function jobsOf(
  { plan, job, index, collect, ...others }: ReturnType<typeof parse>['values'],
  positionals: readonly string[],
): JobsAction | undefined {
  const chosen = Object.entries({ plan, job, collect }).filter(([, file]) => file !== undefined);
  const [[name, file] = []] = chosen;
  if (chosen.length > 1) {
    throw new ConfigError('Only one of --plan, --job and --collect can be given.');
  }
  if (index !== undefined && name !== 'job') {
    throw new ConfigError('--index goes with --job: --job jobs.json --index 0.');
  }
  if (name === undefined || file === undefined) return undefined;
  if (file === '') throw new ConfigError(`--${name} needs the name of a file, such as jobs.json.`);
  if (name === 'plan') {
    if (others.cfg === undefined && others.info === undefined) return { what: 'plan', plan: file };
    throw new ConfigError('--plan writes jobs, and --cfg and --info only show. Give one of them.');
  }
  const [besides] = [...Object.keys(others).map((option) => `--${option}`), ...positionals];
  if (besides !== undefined) {
    throw new ConfigError(
      `--${name} takes everything from ${file}, so ${besides} cannot be given with it. Make another plan.`,
    );
  }
  return name === 'job'
    ? { what: 'run', plan: file, ...indexRange(file, index) }
    : { what: 'collect', plan: file };
}

function indexRange(plan: string, index: string | undefined) {
  const [, begin, end = begin] = /^(\d+)(?:-(\d+))?$/.exec(index ?? '') ?? [];
  const [first, last] = [Number(begin), Number(end)];
  // Without digits it is no number, and so no range.
  if (first <= last) return { first, last };
  throw new ConfigError(
    index === undefined
      ? `--job needs the number of a job: --job ${plan} --index 0.`
      : `--index ${index} is no number of a job, such as 0, and no range of them, such as 4-7.`,
  );
}

function shownOf(values: ReturnType<typeof parse>['values']): Shown | undefined {
  const { cfg, info, package: wanted, resolve, multirun } = values;
  if (Number(multirun ?? false) + Number(cfg !== undefined) + Number(info !== undefined) > 1) {
    throw new ConfigError('Only one of --multirun, --cfg and --info can be given.');
  }
  if (cfg === undefined && (wanted !== undefined || resolve)) {
    throw new ConfigError('--package and --resolve go with --cfg job.');
  }
  if (cfg !== undefined && cfg !== 'job') {
    throw new ConfigError(
      `--cfg ${cfg}: only job is shown here. What Hydra has besides belongs to its own launchers, sweepers and logs.`,
    );
  }
  if (info !== undefined && info !== 'defaults') {
    throw new ConfigError(`--info ${info}: only defaults is shown here.`);
  }
  if (cfg !== undefined) return { what: 'job', package: wanted, resolve: resolve === true };
  return info === undefined ? undefined : { what: 'defaults' };
}
