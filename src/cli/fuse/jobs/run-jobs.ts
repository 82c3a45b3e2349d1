/** `--job`: runs jobs of a plan whose results are not there yet, and writes these. */
import { ConfigError } from '../../../errors';
import { createInputsDigest } from '../../../program/jobs/inputs-digest-node';
import { jobKey } from '../../../program/jobs/job-key-node';
import type { Job } from '../../../program/jobs/plan';
import { writtenFiles } from '../../../program/jobs/result-folder-node';
import type { JobResult } from '../../../program/jobs/result-text-node';
import type { TaskResult, TaskScore } from '../../../program/report';
import { guardOutputs } from '../../../program/run/guard-outputs-node';
import type { RunListener } from '../../../program/run/messages';
import type { RunResult, Workbench } from '../../../program/run/workbench-node';
import { version } from '../../../version';
import { type JobsAction, parseArguments, SOURCES_COMMAND } from '../arguments';
import { type FuseEnvironment, planAgain } from '../plan';
import { runTexts, writtenTexts } from '../run-texts';
import { resultTable } from '../tables';
import { type OpenedPlan, openPlan } from './open-plan';

/** What the command line asks for. */
type Asked = Extract<JobsAction, { readonly what: 'run' }>;

/**
 * A job that fails is noted in the results folder, and those after it are run.
 * @returns whether all of them have a result now
 * @throws ConfigError where there is no such job; of a job that is asked for by itself whatever it failed with; the signal's reason
 */
export async function runJobs(
  { plan: name, first, last }: Asked,
  environment: FuseEnvironment,
  listener: RunListener,
  signal: AbortSignal,
): Promise<boolean> {
  const opened = await openPlan(name, environment.cwd);
  const { plan, folder, results } = opened;
  if (last >= plan.jobs.length) {
    const jobs =
      plan.jobs.length === 1
        ? 'one job, 0'
        : `${plan.jobs.length} jobs, 0 to ${plan.jobs.length - 1}`;
    throw new ConfigError(`--index ${last}: ${name} has ${jobs}.`);
  }
  if (plan.version !== version) {
    throw new ConfigError(
      `${name} was made by version ${plan.version} of this program, and this is ${version}. Results of versions do not go into one table: make the plan anew, or use that version.`,
    );
  }
  const surroundings = { cwd: folder, env: environment.env };
  const inputsOf = createInputsDigest(surroundings);
  const asked = plan.jobs.slice(first, last + 1);
  let workbench: Workbench | undefined;
  let failed = 0;
  try {
    for (const job of asked) {
      const { index, key } = job;
      try {
        const run = await planned(job, opened, environment, inputsOf);
        const before = await results.stateOf(key);
        if (before.state === 'done') {
          listener.note(`Job ${index} is done already: ${results.pathOf(key)}`);
          continue;
        }
        if (before.state === 'damaged') listener.note(`Job ${index} is run again. ${before.why}`);
        const values = Object.entries(job.values).map(([option, value]) => `${option}=${value}`);
        listener.note(
          `Job ${index} of ${plan.jobs.length}: ${values.join(' ')}`.replace(/: $/, ''),
        );
        await guardOutputs([run], surroundings);
        if (!workbench) {
          const { createWorkbench } = await import('../../../program/run/workbench-node');
          workbench = createWorkbench(surroundings, listener, signal, {
            programs: environment.programs,
            runsOnce: asked.length === 1,
          });
        }
        const begun = performance.now();
        const result = await workbench.run(run.program, run.outputs);
        const seconds = (performance.now() - begun) / 1000;
        await results.put(key, await jobResult(result, folder, seconds), signal);
        for (const text of runTexts(result)) console.log(text);
        if (result.results.length > 0) console.log(resultTable(result.results));
        for (const text of [...writtenTexts(result), `Result: ${results.pathOf(key)}`]) {
          listener.note(text);
        }
      } catch (error) {
        if (signal.aborted) throw error;
        const why = error instanceof Error ? error.message : String(error);
        await results.fail(key, why);
        if (asked.length === 1) throw error;
        listener.note(`Job ${index} failed. ${why}`);
        failed++;
      }
    }
  } finally {
    await workbench?.dispose();
  }
  return failed === 0;
}

/** The run that a job was planned as. */
async function planned(
  { index, key, arguments: args, outputs }: Job,
  { plan, folder }: OpenedPlan,
  environment: FuseEnvironment,
  inputsOf: ReturnType<typeof createInputsDigest>,
) {
  const { command = SOURCES_COMMAND } = environment;
  const run = await planAgain(
    parseArguments(args, command),
    { ...environment, cwd: folder, now: new Date(plan.time) },
    plan.multirun ? index : undefined,
  );
  if (jobKey(run.program, run.outputs, await inputsOf(run.program)) !== key) {
    throw new ConfigError(
      `Job ${index} is not what was planned: its configuration, its models or its data have changed since (files are known by name, size and time of change). Make the plan anew; jobs that it has in common with this one stay done.`,
    );
  }
  // As planned: the folder of a run has the time of the plan in its name, and clocks go by different zones.
  return { program: run.program, outputs };
}

async function jobResult(result: RunResult, folder: string, seconds: number): Promise<JobResult> {
  const { reportPath, modelFolder, comparisonPath, relationsFolder, predictionsPath } = result;
  const paths = [reportPath, modelFolder, comparisonPath, relationsFolder, predictionsPath];
  return {
    results: result.results.map(taskScore),
    texts: runTexts(result),
    written: await writtenFiles(paths, folder),
    seconds,
  };
}

function taskScore({ task, n, available, accuracy, loss, unreadable }: TaskResult): TaskScore {
  return {
    task,
    n,
    ...(available !== undefined && { available }),
    accuracy,
    loss,
    ...(unreadable && { unreadable }),
  };
}
