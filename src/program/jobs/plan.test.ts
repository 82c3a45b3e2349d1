import { expect, it } from 'vitest';
import { ConfigError } from '../../errors';
import { isPlan, type JobPlan, planText, readPlan } from './plan';

const outputs = {
  logDir: 'out/0',
  report: 'out/0/program_report.json',
  model: null,
  comparison: null,
  relations: null,
  predictions: null,
};
const job = {
  index: 0,
  key: 'ab'.repeat(32),
  arguments: ['--config-name', 'x', 'method.scaling_factor=0.3'],
  values: { 'method.scaling_factor': '0.3' },
  outputs,
};
const PLAN: JobPlan = {
  version: '1.2.3',
  time: '2026-01-02T03:04:05.678Z',
  folder: '../runs',
  multirun: true,
  jobs: [job, { ...job, index: 1 }],
};

it('is read as it was written, a job to a line', () => {
  const text = planText(PLAN);
  expect(readPlan(text, 'jobs.json')).toEqual(PLAN);
  expect(text.match(/^ {4}\{"index":\d/gm)).toHaveLength(2);
  expect(isPlan(text)).toBe(true);
});

it.each([
  ['another order', { ...PLAN, jobs: [...PLAN.jobs].reverse() }],
  ['no jobs', { ...PLAN, jobs: [] }],
  ['a key that is none', { ...PLAN, jobs: [{ ...job, key: 'ab' }] }],
  ['a time that is none', { ...PLAN, time: 'yesterday' }],
])('is refused with %s', (_, plan) => {
  expect(() => readPlan(planText(plan), 'jobs.json')).toThrow(ConfigError);
  expect(() => readPlan(planText(plan), 'jobs.json')).toThrow(/^jobs\.json is damaged at /);
});

it.each(['', '[', 'null', '[]', '{}', '{"__proto__": 1}', '"task_arithmetic_studio_jobs"'])(
  'is not %s',
  (text) => {
    expect(isPlan(text)).toBe(false);
    expect(() => readPlan(text, 'jobs.json')).toThrow(/^jobs\.json is no plan of jobs\./);
  },
);
