/** The command line in Hydra's form. */
import { parseArgs } from 'node:util';
import { ConfigError } from '../../errors';

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
  /** `key=value` and the like, in their order. */
  readonly overrides: readonly string[];
}

export type Shown =
  | { readonly what: 'job'; readonly package: string | undefined; readonly resolve: boolean }
  | { readonly what: 'defaults' };

/** As this program is called in its sources. */
export const SOURCES_COMMAND = 'npm run fuse --';

/** @param command - as it is called */
export function usageOf(command: string): string {
  return `${command} [--config-path DIR] [--config-name NAME] [key.path=value ...] [-m]

Merges models and scores the result, as fusion_bench does with the same configuration.
--config-path, -cp   folder of the configurations; by default those of this program
--config-name, -cn   file in it, without .yaml; by default fabric_model_fusion
key.path=value       changes a value; group=option chooses a file, +key=value adds, ~key removes
+search=lambda       finds the scaling factor with the least loss on a part of each task (search.split=0.2), and reports
+search=weights      on the rest; weights: the same for each expert's weight. Options: docs/command-line.md
+compare=all         compares every method that fits the pool, each at its own best factor, or those named: +compare=A,B
+relations=true      tells how the experts relate, and writes tables of it; +relations.directions=false leaves out what takes long
+merged_model_format=openclip, onnx or lora: how the model is saved in merged_model_save_path, if not for transformers
--download           fetches models and data that are missing from the Hugging Face Hub, once the list of them is agreed to
--yes, -y            agrees to it beforehand
-m, --multirun       runs once for each of several values: method.scaling_factor=0.1,0.3 or "range(0,1,0.1)"
--cfg job, -c        shows the composed configuration and runs nothing; --resolve with its interpolations resolved,
                     --package NAME, -p of one section alone
--info defaults, -i  shows the files that it is composed of
--help, -h           groups, methods and options; --version

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
    // Node's message goes on with advice for programmers.
    const [reason] = cause instanceof Error ? cause.message.split('. ') : [String(cause)];
    throw new ConfigError(`${reason}.\n\n${usageOf(command)}`, { cause });
  }
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
