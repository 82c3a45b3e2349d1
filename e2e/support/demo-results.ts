/** What FusionBench says of the demo, as the page writes it. */
import { readFileSync } from 'node:fs';
import { percent } from './fixture-pool';

interface Column {
  readonly average: number;
  readonly tasks: Readonly<Record<string, { readonly accuracy: number }>>;
}

interface Results {
  readonly experts: readonly string[];
  readonly experts_on_their_own_task: number;
  readonly models: Readonly<Record<string, Column>>;
  readonly task_arithmetic: Readonly<Record<string, Column>>;
}

export const demoResults = JSON.parse(
  readFileSync(new URL('../../public/demo/results.json', import.meta.url), 'utf8'),
) as Results;

/** Pretrained, merged and expert accuracy by row, at this scaling factor. */
export function demoRows(scalingFactor: string): Record<string, string[]> {
  const { experts, models, task_arithmetic, experts_on_their_own_task } = demoResults;
  const merged = task_arithmetic[scalingFactor];
  const tasks = experts.map((task) => [
    task,
    [
      percent(models._pretrained_?.tasks[task]?.accuracy),
      percent(merged?.tasks[task]?.accuracy),
      percent(models[task]?.tasks[task]?.accuracy),
    ],
  ]);
  const average = [models._pretrained_?.average, merged?.average, experts_on_their_own_task];
  return { ...Object.fromEntries(tasks), Average: average.map(percent) };
}
