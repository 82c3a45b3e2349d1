/** How alike the task vectors of the included experts are, computed from their files as a job. */
import { CompatibilityError } from '../../errors';
import { cosineSimilarities } from '../../method/relations/cosine-similarity';
import { openModelPool } from '../../modelpool/judge';
import { relationsCsv } from '../../program/relations-csv';
import type { TaskVectorSimilarity } from '../api';
import type { Job } from '../jobs/jobs';
import { baseOf, includedExperts, type Pool } from '../value';

export const COMPARING = 'Comparing the task vectors';

/** Rejects with CompatibilityError on a pool without a base or two experts that fit it, and with the job's reason. */
export async function compareTaskVectors(pool: Pool, job: Job): Promise<TaskVectorSimilarity> {
  const base = baseOf(pool)?.opened.model;
  const included = includedExperts(pool).flatMap(({ id, name, opened: { model } }) =>
    model ? [{ id, name, model }] : [],
  );
  if (!base || included.length < 2) {
    throw new CompatibilityError(
      'There is nothing to compare: the pool needs a base and two experts that can be read.',
    );
  }
  const experts = included.map(({ model }) => ({ model, weight: 1 }));
  job.report(COMPARING, 0);
  const cosines = await cosineSimilarities(openModelPool(base, experts), {
    signal: job.signal,
    onProgress: (done, total) => job.report(COMPARING, done / total),
  });
  const names = included.map(({ name }) => name);
  return { ids: included.map(({ id }) => id), names, cosines, csv: relationsCsv(names, cosines) };
}
