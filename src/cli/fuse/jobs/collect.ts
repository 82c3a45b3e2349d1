/** `--collect`: the table of a plan's jobs as their multirun would have printed it, and what there is no result of. */
import { join } from 'node:path';
import { csvText } from '../../../csv';
import type { Job } from '../../../program/jobs/plan';
import { COLLECTED, type JobState } from '../../../program/jobs/result-folder-node';
import type { JobResult } from '../../../program/jobs/result-text-node';
import { average, OWN_KEY } from '../../../program/report';
import type { RunListener } from '../../../program/run/messages';
import { writeFileWhole } from '../../../program/run/write-file-node';
import { type JobsAction, SOURCES_COMMAND } from '../arguments';
import { shellWord } from '../next-step';
import type { FuseEnvironment } from '../plan';
import { bestRow, endingTables, type RunRow } from '../tables';
import { indexText, openPlan } from './open-plan';

interface DoneJob {
  readonly job: Job;
  readonly result: JobResult;
}

type Undone = Exclude<JobState['state'], 'done'>;

/**
 * @returns whether every job has a result
 * @throws ConfigError where the plan cannot be read, StorageError where the table cannot be written
 */
export async function collectJobs(
  { plan: name }: JobsAction,
  { cwd, command = SOURCES_COMMAND }: Pick<FuseEnvironment, 'cwd' | 'command'>,
  listener: Pick<RunListener, 'note'>,
): Promise<boolean> {
  const { plan, results } = await openPlan(name, cwd);
  const done: DoneJob[] = [];
  const undone: Record<Undone, number[]> = { missing: [], failed: [], damaged: [] };
  const reasons: string[] = [];
  for (const job of plan.jobs) {
    const state = await results.stateOf(job.key);
    if (state.state === 'done') done.push({ job, result: state.result });
    else {
      undone[state.state].push(job.index);
      if (state.state !== 'missing') reasons.push(`Job ${job.index} ${state.state}: ${state.why}`);
    }
  }
  for (const { result } of done) for (const text of result.texts) console.log(text);
  const rows: readonly RunRow[] = done.map(({ job, result }) => ({
    swept: new Map(Object.entries(job.values)),
    results: result.results,
  }));
  const { table, unreadable } = endingTables(rows, plan.jobs.length > 1);
  if (table !== null) console.log(table);
  if (unreadable !== null) listener.note(unreadable);
  const highest = bestRow(rows);
  const best = highest && done[rows.indexOf(highest)];
  for (const [file, text] of [
    [COLLECTED.table, tableCsv(done)],
    [COLLECTED.report, reportJson(plan.version, done, undone, best)],
  ] as const) {
    const path = join(results.path, file);
    await writeFileWhole(path, [new TextEncoder().encode(text)]);
    listener.note(`${file === COLLECTED.table ? 'Table' : 'Report'}: ${path}`);
  }
  const due = plan.jobs.length - done.length;
  if (due === 0) return true;
  for (const text of reasons) listener.note(text);
  listener.note(`${due} of ${plan.jobs.length} jobs have no result: ${undoneText(undone)}.`);
  const [next] = Object.values(undone)
    .flat()
    .sort((a, b) => a - b);
  listener.note(`Next: ${command} --job ${shellWord(name)} --index ${next}`);
  return false;
}

function undoneText(undone: Readonly<Record<Undone, readonly number[]>>): string {
  return Object.entries(undone)
    .flatMap(([state, indices]) => (indices.length > 0 ? [`${state} ${indexText(indices)}`] : []))
    .join('; ');
}

/** A line for each job that is done: what it has of its own, and its accuracies with all their digits. */
function tableCsv(done: readonly DoneJob[]): string {
  const keys = [...new Set(done.flatMap(({ job }) => Object.keys(job.values)))];
  const tasks = [...new Set(done.flatMap(({ result }) => result.results.map(({ task }) => task)))];
  const lines = done.map(({ job, result: { results, seconds } }) => {
    const mean = average(results);
    return [
      job.index,
      job.key,
      ...keys.map((key) => job.values[key] ?? ''),
      ...tasks.map((name) => {
        const result = results.find(({ task }) => task === name);
        return result ? Math.fround(result.accuracy) : '';
      }),
      mean.accuracy ?? '',
      mean.loss ?? '',
      seconds.toFixed(3),
    ];
  });
  return `${csvText([['index', 'key', ...keys, ...tasks, 'average', 'loss', 'seconds'], ...lines])}\r\n`;
}

function reportJson(
  version: string,
  done: readonly DoneJob[],
  undone: Readonly<Record<Undone, readonly number[]>>,
  best: DoneJob | undefined,
): string {
  const jobs = done.map(({ job: { index, key, values }, result }) => ({
    index,
    key,
    values,
    seconds: result.seconds,
    tasks: Object.fromEntries(
      // As reports have it: torchmetrics' float32.
      result.results.map(({ task, n, accuracy, loss }) => [
        task,
        { n, accuracy: Math.fround(accuracy), loss },
      ]),
    ),
    average: average(result.results),
    written: result.written.map(({ path }) => path),
  }));
  const highest = best ? best.job.index : null;
  const report = { [OWN_KEY]: { version, jobs, highest, ...undone } };
  return `${JSON.stringify(report, null, 2)}\n`;
}
