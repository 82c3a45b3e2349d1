/** Long-running work: its progress for the page, and the way to stop it. */
import type { JobView } from '../api';
import { type Clock, startClock } from './time-left';

export interface Job {
  readonly signal: AbortSignal;
  /** `progress` 0..1, or null while it cannot be told. The time left is that of this label. */
  report(label: string, progress: number | null): void;
}

export interface Jobs {
  /**
   * Runs `work` as a job that is listed, and can be stopped, until it ends. Its id is the wanted one, or where another job
   * has that, the wanted one with a number.
   */
  run<T>(wantedId: string, label: string, work: (job: Job) => Promise<T>): Promise<T>;
  /** Aborts the job of that id; unknown ids are ignored. */
  cancel(id: string): void;
  /** In the order in which they began. */
  views(): JobView[];
}

interface Running {
  view: JobView;
  clock: Clock;
  readonly controller: AbortController;
}

export function createJobs(onChange: () => void, now: () => number = Date.now): Jobs {
  const running = new Map<string, Running>();

  const freeId = (wanted: string): string => {
    let id = wanted;
    for (let number = 2; running.has(id); number++) id = `${wanted}#${number}`;
    return id;
  };

  return {
    async run(wantedId, label, work) {
      const id = freeId(wantedId);
      const job: Running = {
        view: { id, label, progress: null, secondsLeft: null },
        clock: startClock(0, now),
        controller: new AbortController(),
      };
      running.set(id, job);
      onChange();
      try {
        return await work({
          signal: job.controller.signal,
          report(text, progress) {
            if (text !== job.view.label) job.clock = startClock(progress ?? 0, now);
            const secondsLeft = job.clock.secondsLeft(progress);
            job.view = { id, label: text, progress, secondsLeft };
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
