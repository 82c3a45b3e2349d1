import type { MatrixJobs } from '../matrices/jobs';

/** The same jobs, and how many of them there are at once. */
export function watchedJobs(jobs: MatrixJobs) {
  const seen = { atWork: 0, most: 0, begun: 0, ended: 0 };
  const watching: MatrixJobs = {
    atOnce: jobs.atOnce,
    async run(prepare, signal) {
      seen.begun++;
      const began = async () => {
        seen.atWork++;
        seen.most = Math.max(seen.most, seen.atWork);
        return prepare();
      };
      try {
        return await jobs.run(began, signal);
      } finally {
        seen.atWork--;
        seen.ended++;
      }
    },
  };
  return { seen, watching };
}
