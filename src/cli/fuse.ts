/** `npm run fuse -- [--config-path DIR] [--config-name NAME] [key.path=value ...] [-m]`: FusionBench's program without a page. */
import { ConfigError } from '../errors';
import { writeYaml } from '../program/config/formats/write-yaml';
import { guardOutputs } from '../program/run/guard-outputs-node';
import { createWorkbench } from '../program/run/workbench-node';
import { removeUnfinished } from '../program/run/write-file-node';
import { parseArguments, USAGE } from './fuse/arguments';
import { type FuseEnvironment, type PlannedRun, planRuns } from './fuse/plan';
import { createProgress, type ProgressDisplay } from './fuse/progress';
import { onInterrupt } from './fuse/signals';
import { type RunRow, resultTable, sweepTable, unreadableText } from './fuse/tables';

const EXIT = { done: 0, failed: 1, misconfigured: 2 } as const;

/** Errors that say all there is to say; of others the way they came is shown. */
const NAMED = new Set([
  'FormatError',
  'CompatibilityError',
  'ConfigError',
  'DeviceError',
  'StorageError',
]);

/**
 * Plans the runs, runs them, and prints what came of it.
 * @returns the exit code
 */
export async function main(
  args: readonly string[],
  environment: Pick<FuseEnvironment, 'cwd' | 'configs' | 'programs'>,
): Promise<number> {
  const progress = createProgress(process.stderr);
  const interrupt = onInterrupt(removeUnfinished);
  try {
    const parsed = parseArguments(args);
    if (parsed.help) {
      console.log(USAGE);
      return EXIT.done;
    }
    const runs = await planRuns(parsed, { ...environment, env: process.env, now: new Date() });
    await runAll(runs, { ...environment, env: process.env }, progress, interrupt.signal);
    return EXIT.done;
  } catch (error) {
    progress.clear();
    if (interrupt.signal.aborted) {
      console.error('Interrupted. What was not finished has been removed.');
      return interrupt.exitCode();
    }
    console.error(errorText(error));
    return error instanceof ConfigError ? EXIT.misconfigured : EXIT.failed;
  } finally {
    interrupt.dispose();
  }
}

async function runAll(
  runs: readonly PlannedRun[],
  { programs, ...surroundings }: Pick<FuseEnvironment, 'cwd' | 'env' | 'programs'>,
  progress: ProgressDisplay,
  signal: AbortSignal,
): Promise<void> {
  const [first] = runs;
  if (first?.program.program.print_config) console.log(configText(first));
  const due = runs.filter(({ program }) => !program.program.dry_run);
  const idle = new Set(due.flatMap(({ withoutEffect }) => withoutEffect));
  if (idle.size > 0) progress.note(withoutEffectText([...idle]));
  await guardOutputs(due, surroundings);
  const workbench = createWorkbench(surroundings, progress, signal, { programs });
  const rows: RunRow[] = [];
  try {
    for (const [number, { program, outputs, swept }] of due.entries()) {
      if (runs.length > 1) {
        const values = [...swept].map(([key, value]) => `${key}=${value}`).join(' ');
        progress.note(`Run ${number + 1} of ${due.length}: ${values}`);
      }
      const { results, reportPath, modelFolder } = await workbench.run(program, outputs);
      if (modelFolder) progress.note(`Merged model: ${modelFolder}`);
      if (reportPath) progress.note(`Report: ${reportPath}`);
      rows.push({ swept, results });
    }
  } finally {
    await workbench.dispose();
    progress.clear();
    // What a multirun had finished is worth as much where the rest failed.
    const [only] = rows;
    if (runs.length > 1 && only) console.log(sweepTable(rows));
    else if (only && only.results.length > 0) console.log(resultTable(only.results));
    // The same pictures in every run.
    const unreadable = only && unreadableText(only.results);
    if (unreadable) console.error(unreadable);
  }
}

/** More are not worth a second line. */
const MOST_NAMED = 8;

function withoutEffectText(paths: readonly string[]): string {
  const more = paths.length > MOST_NAMED ? ` and ${paths.length - MOST_NAMED} more` : '';
  return `Without effect here: ${paths.slice(0, MOST_NAMED).join(', ')}${more}.`;
}

/** As FusionBench shows it: what is merged before where it runs. */
function configText({ config }: PlannedRun): string {
  const first = ['method', 'modelpool', 'taskpool'];
  const entries = [...config].sort(
    ([a], [b]) => ((first.indexOf(a) + 4) % 4) - ((first.indexOf(b) + 4) % 4),
  );
  return writeYaml(new Map(entries), 'The configuration of this run.');
}

function errorText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return NAMED.has(error.name) || 'code' in error ? error.message : (error.stack ?? error.message);
}
