/** Test support: a job by hand, with everything that it reported. */
import type { Job } from '../jobs/jobs';

export interface TestJob extends Job {
  readonly reports: readonly (readonly [label: string, progress: number | null])[];
  stop(): void;
}

/** @param onReport - is told of every report */
export function testJob(onReport: (label: string) => void = () => undefined): TestJob {
  const controller = new AbortController();
  const reports: [string, number | null][] = [];
  return {
    reports,
    signal: controller.signal,
    stop: () => controller.abort(new DOMException('Stopped.', 'AbortError')),
    report(label, progress) {
      reports.push([label, progress]);
      onReport(label);
    },
  };
}
