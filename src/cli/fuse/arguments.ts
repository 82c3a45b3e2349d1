/** The command line in Hydra's form. */
import { parseArgs } from 'node:util';
import { ConfigError } from '../../errors';

export interface FuseArguments {
  readonly help: boolean;
  /** Undefined: the configurations that come with this program. */
  readonly configPath: string | undefined;
  readonly configName: string;
  readonly multirun: boolean;
  /** `key=value` and the like, in their order. */
  readonly overrides: readonly string[];
}

export const USAGE = `npm run fuse -- [--config-path DIR] [--config-name NAME] [key.path=value ...] [-m]

Merges models and scores the result, as fusion_bench does with the same configuration.
--config-path, -cp   folder of the configurations; by default those of this program
--config-name, -cn   file in it, without .yaml; by default fabric_model_fusion
key.path=value       changes a value; group=option chooses a file, +key=value adds, ~key removes
+search=lambda       finds the scaling factor with the least loss on a part of each task (search.split=0.2), and reports
+search=weights      on the rest; weights: the same for each expert's weight. Options: docs/command-line.md
+compare=all         compares every method that fits the pool, each at its own best factor, or those named: +compare=A,B
+relations=true      tells how the experts relate, and writes tables of it; +relations.directions=false leaves out what takes long
-m, --multirun       runs once for each of several values: method.scaling_factor=0.1,0.3 or "range(0,1,0.1)"

Models and data are local folders, or repositories in the Hugging Face cache. Nothing is downloaded.
The exit code is 0, 1 where a run failed, 2 where the configuration is wrong, 130 where it was interrupted.`;

/** FusionBench's own. */
const DEFAULT_NAME = 'fabric_model_fusion';

/** Hydra's short names, of two letters. */
const SHORT = new Map([
  ['-cp', '--config-path'],
  ['-cn', '--config-name'],
]);

/** @throws ConfigError for an option that there is not */
export function parseArguments(args: readonly string[]): FuseArguments {
  try {
    const { values, positionals } = parseArgs({
      args: args.map((arg) => SHORT.get(arg) ?? arg),
      options: {
        help: { type: 'boolean', short: 'h' },
        'config-path': { type: 'string' },
        'config-name': { type: 'string' },
        multirun: { type: 'boolean', short: 'm' },
      },
      allowPositionals: true,
    });
    return {
      help: values.help === true,
      configPath: values['config-path'],
      configName: values['config-name'] ?? DEFAULT_NAME,
      multirun: values.multirun === true,
      overrides: positionals,
    };
  } catch (cause) {
    // Node's message goes on with advice for programmers.
    const [reason] = cause instanceof Error ? cause.message.split('. ') : [String(cause)];
    throw new ConfigError(`${reason}.\n\n${USAGE}`, { cause });
  }
}
