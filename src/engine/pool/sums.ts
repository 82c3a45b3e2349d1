/** SHA-256 of models, by which recipes know them again, computed where a recipe asks for one that is not known yet. */
import type { Jobs } from '../jobs/jobs';
import type { State } from '../state';
import { hashModel } from './hashing';
import type { Hasher } from './hashing-threads';
import { needsSums, type SumOf, type WantedRecipe } from './restoring';

export interface Sums {
  readonly of: SumOf;
  /** Computes the sums that are not known yet, where the recipe asks for one that none of the known is. */
  require(wanted: WantedRecipe): Promise<void>;
}

export function createSums(jobs: Jobs, state: State, hasher: Hasher): Sums {
  const models = () => state.value().pool.models;
  const of: SumOf = (id) => models().find((model) => model.id === id)?.facts.sha256;
  return {
    of,
    async require(wanted) {
      if (!needsSums(wanted, models(), of)) return;
      await jobs.run('restore', 'SHA-256 of the models', async (job) => {
        for (const model of models()) {
          if (of(model.id) !== undefined) continue;
          const tell = (done: number, total: number) =>
            job.report(`SHA-256 of ${model.name}`, total === 0 ? 1 : done / total);
          await hashModel(model, state.learn, job.signal, tell, hasher);
        }
      });
    },
  };
}
