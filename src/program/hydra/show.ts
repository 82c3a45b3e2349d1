/**
 * What Hydra shows instead of running: the configuration of the job (`--cfg job`) and the defaults list (`--info defaults`).
 *
 * Source: hydra-core 1.3.8, `show_cfg` and `_print_defaults_list` of `hydra/_internal/hydra.py`.
 */
import { ConfigError } from '../../errors';
import { type ComposeOptions, composeUnresolved } from './compose';
import { resolveJob } from './run';
import { isContainer, type Node } from './values/node';
import { child, splitPath } from './values/path';
import { formatScalar } from './values/python-text';
import { pythonYaml } from './values/python-yaml';

export interface ShowOptions {
  /** Values for interpolations; without it they are shown as they are written. */
  readonly resolve?: boolean | undefined;
  /** The dotted path of the section that is shown alone. */
  readonly package?: string | undefined;
}

/**
 * The composed configuration without Hydra's own section, as `--cfg job` prints it, with a line break at its end.
 * @throws ConfigError as `compose`, and where there is no such package
 */
export async function jobText(
  options: ComposeOptions,
  { resolve = false, package: wanted }: ShowOptions = {},
): Promise<string> {
  const { root, context } = await composeUnresolved(options);
  const job = new Map(root);
  job.delete('hydra');
  const shown = resolve ? resolveJob(root, context).config : job;
  if (wanted === undefined || wanted === '_global_') return pythonYaml(shown);
  const found = splitPath(wanted).reduce<Node | undefined>(child, shown);
  if (found === undefined || found === null) {
    throw new ConfigError(`--package: there is no ${wanted} in the configuration.`);
  }
  if (!isContainer(found)) return `${formatScalar(found)}\n`;
  return `# @package ${wanted}\n${pythonYaml(found)}`;
}

const HEADINGS = ['Config path', 'Package', '_self_', 'Parent'] as const;

/** Hydra's root, which includes its own configuration and the one that is named. */
const ROOT = '<root>';

/**
 * The files that the configuration is made of in the order of merging, as `--info defaults` prints them, Hydra's own first.
 * @throws ConfigError as `compose`
 */
export async function defaultsTable(options: ComposeOptions): Promise<string> {
  const { parts } = await composeUnresolved(options);
  const rows = parts.map(({ path, package: target, isSelf, parent = ROOT }) => [
    path,
    target,
    isSelf ? 'True' : 'False',
    parent,
  ]);
  const widths = HEADINGS.map((heading, i) =>
    Math.max(heading.length, ...rows.map((row) => row[i]?.length ?? 0)),
  );
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' | ')} |`;
  // Hydra's header ends with a blank, and the rules are as long.
  const header = `${line(HEADINGS)} `;
  const rule = '-'.repeat(header.length);
  const title = 'Defaults List';
  return ['', title, '*'.repeat(title.length), header, rule, ...rows.map(line), rule, ''].join(
    '\n',
  );
}
