/** `npm run fuse -- [--config-path DIR] [--config-name NAME] [key.path=value ...] [-m]`: FusionBench's program without a page. */
import { ConfigError } from '../errors';
import { removeUnfinished } from '../program/run/write-file-node';
import { versionLine } from '../version';
import { parseArguments, SOURCES_COMMAND } from './fuse/arguments';
import type { FuseEnvironment } from './fuse/plan';
import { createProgress } from './fuse/progress';
import { onInterrupt } from './fuse/signals';

const EXIT = { done: 0, failed: 1, misconfigured: 2 } as const;

/** Errors that say all there is to say; of others the way they came is shown. */
const NAMED = new Set([
  'FormatError',
  'CompatibilityError',
  'ConfigError',
  'DeviceError',
  'StorageError',
  'DownloadError',
]);

/** What becomes of the work that an interruption ends. */
const LEFT = {
  removed: 'What was not finished has been removed.',
  kept: 'What was downloaded is kept: run the command again, and it goes on there.',
} as const;

/**
 * Plans the runs, runs them, and prints what came of it.
 * @returns the exit code
 */
export async function main(
  args: readonly string[],
  surroundings: Pick<FuseEnvironment, 'cwd' | 'configs' | 'programs' | 'command'>,
): Promise<number> {
  const progress = createProgress(process.stderr);
  const interrupt = onInterrupt(removeUnfinished);
  const { command = SOURCES_COMMAND } = surroundings;
  const environment = { ...surroundings, command, env: process.env, now: new Date() };
  let left: string = LEFT.removed;
  try {
    const parsed = parseArguments(args, command);
    // Each part is loaded when its turn comes, so that help and mistakes are told at once.
    if (parsed.version) console.log(versionLine);
    else if (parsed.help)
      console.log(await (await import('./fuse/help')).helpText(parsed, environment));
    else if (parsed.show) {
      const { shownText } = await import('./fuse/show');
      console.log(await shownText(parsed, parsed.show, environment));
    } else if (parsed.jobs?.what === 'run') {
      const { runJobs } = await import('./fuse/jobs/run-jobs');
      const all = await runJobs(parsed.jobs, environment, progress, interrupt.signal);
      return all ? EXIT.done : EXIT.failed;
    } else if (parsed.jobs?.what === 'collect') {
      const { collectJobs } = await import('./fuse/jobs/collect');
      const all = await collectJobs(parsed.jobs, environment, progress);
      return all ? EXIT.done : EXIT.failed;
    } else {
      const { planRuns } = await import('./fuse/plan');
      const runs = await planRuns(parsed, environment);
      if (parsed.download) {
        const { downloadFirst } = await import('./fuse/download');
        left = LEFT.kept;
        await downloadFirst(runs, parsed, environment, progress, interrupt.signal);
        left = LEFT.removed;
      }
      if (parsed.jobs) {
        const { writePlan } = await import('./fuse/jobs/write-plan');
        await writePlan(runs, parsed, parsed.jobs, environment, progress);
      } else {
        const { runAll } = await import('./fuse/run-all');
        await runAll(runs, environment, progress, interrupt.signal);
      }
    }
    return EXIT.done;
  } catch (error) {
    progress.clear();
    if (interrupt.signal.aborted) {
      console.error(`Interrupted. ${left}`);
      return interrupt.exitCode();
    }
    console.error(errorText(error));
    return error instanceof ConfigError ? EXIT.misconfigured : EXIT.failed;
  } finally {
    interrupt.dispose();
  }
}

function errorText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return NAMED.has(error.name) || 'code' in error ? error.message : (error.stack ?? error.message);
}
