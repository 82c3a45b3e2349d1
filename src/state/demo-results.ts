/** What was measured when the built-in demo was made, from the results file that comes with it. */
import * as v from 'valibot';

export interface MeasuredPoint {
  readonly scalingFactor: number;
  /** Unweighted mean over the demo's tasks, 0..1. */
  readonly accuracy: number;
}

export interface DemoResults {
  /** Names of the experts that were added up, and of the tasks. */
  readonly experts: readonly string[];
  readonly tasks: readonly string[];
  /** Task arithmetic of all experts, ascending. */
  readonly points: readonly MeasuredPoint[];
}

export const RESULTS_FILE = 'results.json';

const share = v.pipe(v.number(), v.minValue(0), v.maxValue(1));
const schema = v.object({
  experts: v.array(v.string()),
  task_arithmetic: v.record(
    v.pipe(v.string(), v.regex(/^-?\d+(\.\d+)?$/)),
    v.object({ average: share, tasks: v.record(v.string(), v.unknown()) }),
  ),
});

/** Throws on a file that is not what the demo's generator writes. */
export async function readDemoResults(file: Blob): Promise<DemoResults> {
  const { experts, task_arithmetic } = v.parse(schema, JSON.parse(await file.text()));
  const measured = Object.entries(task_arithmetic);
  return {
    experts,
    tasks: Object.keys(measured[0]?.[1].tasks ?? {}),
    points: measured
      .map(([factor, { average }]) => ({ scalingFactor: Number(factor), accuracy: average }))
      .sort((a, b) => a.scalingFactor - b.scalingFactor),
  };
}
