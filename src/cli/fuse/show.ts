/** `--cfg job` and `--info defaults`: what would run, and what it is composed of. */
import { defaultsTable, jobText } from '../../program/hydra/show';
import type { FuseArguments, Shown } from './arguments';
import { composing, type FuseEnvironment } from './plan';

/** @throws ConfigError as `compose` */
export async function shownText(
  args: FuseArguments,
  show: Shown,
  environment: FuseEnvironment,
): Promise<string> {
  const options = await composing(args, environment);
  const text = show.what === 'job' ? await jobText(options, show) : await defaultsTable(options);
  // Whoever prints it ends the line.
  return text.replace(/\n$/, '');
}
