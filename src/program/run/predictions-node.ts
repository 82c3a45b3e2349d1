/** Predictions of every picture by the merged model, the pretrained one and, where every task has one, its own expert. */
import type { ClipModel } from '../../clip/types';
import { namedPlace } from '../../modelpool/same-name';
import type { TensorBuffer } from '../../runtime/types';
import { predictionsCsv, type TaskPredictions } from '../predictions-csv';
import type { Evaluation, OpenedTaskPool } from './task-pools-node';

export interface PredictingModels {
  /** Of the merged model, which has been scored. */
  readonly merged: Evaluation;
  /** The model that the experts are held against, under the name that the pool gives it. */
  readonly base: { readonly name: string; readonly weights: ReadonlyMap<string, TensorBuffer> };
  readonly experts: readonly ClipModel[];
  /** Brings an expert's weights into place, until the next. */
  own(expert: ClipModel): Promise<ReadonlyMap<string, TensorBuffer>>;
}

/** The name that the merged model has in the table. */
export const MERGED = 'merged';

/** @throws as `OpenedTaskPool.evaluate` */
export async function predictionsTable(
  pool: OpenedTaskPool,
  { merged, base, experts, own }: PredictingModels,
): Promise<string> {
  const found = [...predictionsOf(pool, merged, () => MERGED)];
  const ofBase = await pool.evaluate(base.weights, base.name);
  found.push(...predictionsOf(pool, ofBase, () => base.name));
  const names = experts.map(({ name }) => name);
  const expertOf = (task: string) => experts[namedPlace(task, names)];
  if (pool.tasks.every(({ name }) => expertOf(name))) {
    const evaluation = await pool.evaluateKept((task) => {
      const expert = expertOf(task);
      if (!expert) throw new RangeError(`${task} has no expert`);
      return { key: null, place: () => own(expert) };
    }, 'Experts');
    found.push(...predictionsOf(pool, evaluation, (task) => expertOf(task)?.name ?? ''));
  }
  return predictionsCsv(found);
}

function predictionsOf(
  { tasks }: OpenedTaskPool,
  evaluation: Evaluation,
  nameOf: (task: string) => string,
): TaskPredictions[] {
  return tasks.flatMap(({ name, classnames, rows }, place) => {
    const evaluated = evaluation.tasks[place];
    if (!evaluated) return [];
    const { labels, tally } = evaluated;
    const imageNames = rows.map((row) => row.name);
    return [{ model: nameOf(name), task: name, classnames, imageNames, labels, tally }];
  });
}
