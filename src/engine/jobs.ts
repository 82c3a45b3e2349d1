/** Long-running commands: their progress for the page, and the way to stop them. */
import type { JobView } from './api';

export interface Job {
  readonly signal: AbortSignal;
  /** `progress` 0..1, or null while it cannot be told. */
  report(label: string, progress: number | null): void;
}

export interface Jobs {
  /** Runs `work` as a job that can be cancelled under `id`; it is listed until it ends. */
  run<T>(id: string, label: string, work: (job: Job) => Promise<T>): Promise<T>;
  /** Aborts the job; unknown ids are ignored. */
  cancel(id: string): void;
  views(): JobView[];
}

export function createJobs(onChange: () => void): Jobs {
  const running = new Map<string, { view: JobView; readonly controller: AbortController }>();
  return {
    async run(id, label, work) {
      const controller = new AbortController();
      const entry = { view: { id, label, progress: null } as JobView, controller };
      running.set(id, entry);
      onChange();
      try {
        return await work({
          signal: controller.signal,
          report(text, progress) {
            entry.view = { id, label: text, progress };
            onChange();
          },
        });
      } finally {
        running.delete(id);
        onChange();
      }
    },
    cancel(id) {
      running.get(id)?.controller.abort(new DOMException('Stopped.', 'AbortError'));
    },
    views: () => [...running.values()].map(({ view }) => view),
  };
}
