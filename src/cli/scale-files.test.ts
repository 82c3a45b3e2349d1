/** The files that hand jobs out, as far as they can be tried without a cluster. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { type JobPlan, planText } from '../program/jobs/plan';
import { version } from '../version';
import { PROJECT, temporaryFolder } from './fuse/testing';

const SCRIPT = join(PROJECT, 'scale/slurm.sh');

function planOf(count: number): JobPlan {
  const outputs = {
    logDir: 'out',
    report: null,
    model: null,
    comparison: null,
    relations: null,
    predictions: null,
  };
  const jobs = Array.from({ length: count }, (_, index) => {
    return { index, key: '0'.repeat(64), arguments: [], values: {}, outputs };
  });
  return { version, time: '2026-01-02T03:04:05.000Z', folder: '.', multirun: true, jobs };
}

it('slurm.sh gives each task of an array its part of the jobs, and none twice', () => {
  const plan = join(temporaryFolder(), 'my jobs.json');
  writeFileSync(plan, planText(planOf(11)));
  const task = (id: number, CHUNK?: string) =>
    execFileSync('sh', [SCRIPT, plan], {
      env: {
        PATH: process.env.PATH,
        FUSE: 'echo my fuse',
        SLURM_ARRAY_TASK_ID: `${id}`,
        ...(CHUNK !== undefined && { CHUNK }),
      },
      encoding: 'utf8',
    });
  expect(task(0)).toBe(`my fuse --job ${plan} --index 0-0\n`);
  expect(task(10)).toBe(`my fuse --job ${plan} --index 10-10\n`);
  expect(task(11)).toBe('');
  expect(task(1, '4')).toBe(`my fuse --job ${plan} --index 4-7\n`);
  expect(task(2, '4')).toBe(`my fuse --job ${plan} --index 8-10\n`);
  expect(task(3, '4')).toBe('');
});

it('kubernetes-job.yaml is an Indexed Job that gives up where the configuration is wrong', () => {
  const job: unknown = parse(readFileSync(join(PROJECT, 'scale/kubernetes-job.yaml'), 'utf8'));
  expect(job).toMatchObject({
    kind: 'Job',
    spec: {
      completionMode: 'Indexed',
      podFailurePolicy: { rules: [{ action: 'FailIndex', onExitCodes: { values: [2] } }, {}] },
      template: {
        spec: {
          // Demanded by a podFailurePolicy.
          restartPolicy: 'Never',
          containers: [
            {
              command: [
                'sh',
                '-c',
                expect.stringMatching(/ fuse --job jobs\.json --index "\$JOB_COMPLETION_INDEX"$/),
              ],
            },
          ],
        },
      },
    },
  });
});
