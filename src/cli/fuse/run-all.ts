/** Runs what was planned, one after the other, and prints what came of it. */
import type { ComparedRow } from '../../program/compare/compare';
import { writeYaml } from '../../program/config/formats/write-yaml';
import { guardOutputs } from '../../program/run/guard-outputs-node';
import { SOURCES_COMMAND } from './arguments';
import { comparisonText } from './compare-text';
import { lostResult } from './lost-result';
import { nextSteps } from './next-step';
import type { FuseEnvironment, PlannedRun } from './plan';
import type { ProgressDisplay } from './progress';
import { runTexts, writtenTexts } from './run-texts';
import { endingTables, type RunRow } from './tables';

/** @throws as `guardOutputs` and `Workbench.run` */
export async function runAll(
  runs: readonly PlannedRun[],
  {
    programs,
    command = SOURCES_COMMAND,
    ...surroundings
  }: Pick<FuseEnvironment, 'cwd' | 'env' | 'programs' | 'command'>,
  progress: ProgressDisplay,
  signal: AbortSignal,
): Promise<void> {
  const [first] = runs;
  if (first && isShown(first)) console.log(configText(first));
  const due = runs.filter(({ program }) => !program.program.dry_run);
  const idle = new Set(due.flatMap(({ withoutEffect }) => withoutEffect));
  if (idle.size > 0) progress.note(withoutEffectText([...idle]));
  for (const text of new Set(due.map(lostResult))) if (text !== null) progress.note(text);
  await guardOutputs(due, surroundings);
  if (due.length === 0) return;
  const { createWorkbench } = await import('../../program/run/workbench-node');
  const workbench = createWorkbench(surroundings, progress, signal, {
    programs,
    runsOnce: due.length === 1,
  });
  const rows: RunRow[] = [];
  /** Of a lone run the paths stand below its table, where they are looked for; of many each run's where it ends. */
  const ending: string[] = [];
  const tell = (text: string) => {
    if (runs.length > 1) progress.note(text);
    else ending.push(text);
  };
  let saved: string | null = null;
  let compared: readonly ComparedRow[] = [];
  try {
    for (const [number, { program, outputs, swept }] of due.entries()) {
      if (runs.length > 1) {
        const values = [...swept].map(([key, value]) => `${key}=${value}`).join(' ');
        progress.note(`Run ${number + 1} of ${due.length}: ${values}`);
      }
      compared = [];
      const result = await workbench.run(program, outputs, (made) => {
        compared = made;
      });
      for (const text of writtenTexts(result)) tell(text);
      saved = result.modelFolder;
      for (const text of runTexts(result)) console.log(text);
      compared = [];
      rows.push({ swept, results: result.results });
    }
  } finally {
    await workbench.dispose();
    progress.clear();
    // Of a comparison that was interrupted.
    if (compared.length > 0) console.log(comparisonText(compared));
    // What a multirun had finished is worth as much where the rest failed.
    const { table, unreadable } = endingTables(rows, runs.length > 1);
    if (table !== null) console.log(table);
    if (unreadable !== null) console.error(unreadable);
  }
  for (const text of ending) progress.note(text);
  for (const text of nextSteps(due, saved, command)) progress.note(text);
}

/** More are not worth a second line. */
const MOST_NAMED = 8;

function withoutEffectText(paths: readonly string[]): string {
  const more = paths.length > MOST_NAMED ? ` and ${paths.length - MOST_NAMED} more` : '';
  return `Without effect here: ${paths.slice(0, MOST_NAMED).join(', ')}${more}.`;
}

/**
 * FusionBench shows the configuration unless it is told not to; here it is shown where the configuration or the command line
 * asks for it, as FusionBench's own `fabric_model_fusion` does, and by `dry_run`, which shows it and stops.
 */
function isShown({ program: { program }, config }: PlannedRun): boolean {
  return config.has('print_config') ? program.print_config : program.dry_run;
}

/** As FusionBench shows it: what is merged before where it runs. */
function configText({ config }: PlannedRun): string {
  const first = ['method', 'modelpool', 'taskpool'];
  const entries = [...config].sort(
    ([a], [b]) => ((first.indexOf(a) + 4) % 4) - ((first.indexOf(b) + 4) % 4),
  );
  return writeYaml(new Map(entries), 'The configuration of this run.');
}
