/** `--plan`: the runs as jobs in a file, every one of them checked as if it were to be run. */
import { readFile, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { ConfigError } from '../../../errors';
import { createInputsDigest } from '../../../program/jobs/inputs-digest-node';
import { jobKey } from '../../../program/jobs/job-key-node';
import { isPlan, type Job, planText } from '../../../program/jobs/plan';
import { resultFolder } from '../../../program/jobs/result-folder-node';
import { guardOutputs } from '../../../program/run/guard-outputs-node';
import type { RunListener } from '../../../program/run/messages';
import { writeFileWhole } from '../../../program/run/write-file-node';
import { version } from '../../../version';
import { type FuseArguments, type JobsAction, SOURCES_COMMAND } from '../arguments';
import { lostResult } from '../lost-result';
import { shellWord } from '../next-step';
import type { FuseEnvironment, PlannedRun } from '../plan';
import { folderFrom, indexText } from './open-plan';

/**
 * @throws ConfigError where a run would be refused, something is not on this machine, or the plan would take the place of
 *   something else; StorageError where it cannot be written
 */
export async function writePlan(
  runs: readonly PlannedRun[],
  args: FuseArguments,
  { plan: name }: JobsAction,
  { command = SOURCES_COMMAND, now, ...surroundings }: FuseEnvironment,
  listener: Pick<RunListener, 'note'>,
): Promise<void> {
  const path = resolve(surroundings.cwd, name);
  if (runs.some(({ program }) => program.program.dry_run)) {
    throw new ConfigError('dry_run: a job that runs nothing has no result. Take it away.');
  }
  for (const text of new Set(runs.map(lostResult))) if (text !== null) listener.note(text);
  const results = resultFolder(path, surroundings.cwd);
  await guardOutputs(runs, surroundings, [
    ['--plan', path],
    ['--plan', results.path],
  ]);
  await guardPlan(name, path);
  const [foreign] = await results.foreign();
  if (foreign !== undefined) {
    throw new ConfigError(
      `--plan: the results would go to ${results.path}, which holds ${foreign}. Give the plan another name.`,
    );
  }
  const inputsOf = createInputsDigest(surroundings);
  const jobs: Job[] = [];
  for (const [index, { program, outputs, overrides, swept }] of runs.entries()) {
    const key = jobKey(program, outputs, await inputsOf(program));
    const values = Object.fromEntries(swept);
    jobs.push({ index, key, arguments: [...configOf(args), ...overrides], values, outputs });
  }
  const folder = folderFrom(path, surroundings.cwd);
  const time = now.toISOString();
  const text = planText({ version, time, folder, multirun: args.multirun, jobs });
  await writeFileWhole(path, [new TextEncoder().encode(text)]);
  const states = await Promise.all(jobs.map(({ key }) => results.stateOf(key)));
  const due = jobs.filter((_, i) => states[i]?.state !== 'done').map(({ index }) => index);
  const done = due.length < jobs.length ? `, ${jobs.length - due.length} of them done already` : '';
  listener.note(`Plan: ${path}, ${jobs.length} ${jobs.length === 1 ? 'job' : 'jobs'}${done}`);
  if (due.length > 0) {
    listener.note(
      `Next: ${command} --job ${shellWord(name)} --index I for each I of ${indexText(due)}, on any machine.`,
    );
  }
  listener.note(`In the end: ${command} --collect ${shellWord(name)}`);
}

function configOf({ configPath, configName }: FuseArguments): string[] {
  return [
    ...(configPath === undefined ? [] : ['--config-path', configPath]),
    '--config-name',
    configName,
  ];
}

async function guardPlan(name: string, path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (!found) return;
  if (found.isFile() && isPlan(await readFile(path, 'utf8'))) return;
  throw new ConfigError(
    `--plan: ${name} is there already in ${dirname(path)}, and is no plan of jobs. Name another file.`,
  );
}
