/** A configuration's search: values are tried on the half to choose by; before and best are compared on the other. */
import type { TensorBuffer } from '../../runtime/types';
import type { SearchConfig } from '../config/program/types';
import type { Evaluated } from '../evaluate';
import type { SearchReport } from '../report';
import { meanAccuracy, meanLoss, type ScoredTask, searchOutcome } from '../search/halves';
import { type Candidate, candidateText, search } from '../search/search';
import type { OpenedTask } from './open-task-node';
import type { Evaluation, OpenedTaskPool } from './task-pools-node';

export interface SearchedModels {
  readonly best: Candidate;
  /** Of the best, on the half to report on. */
  readonly evaluation: Evaluation;
  readonly report: SearchReport;
}

export interface SearchHalves {
  readonly choosing: OpenedTaskPool;
  readonly reporting: OpenedTaskPool;
}

/**
 * @param place - brings a candidate's weights into place, until the next
 * @throws as `OpenedTaskPool.evaluate`
 */
export async function searchModels(
  config: SearchConfig,
  before: Candidate,
  { choosing, reporting }: SearchHalves,
  place: (candidate: Candidate) => Promise<ReadonlyMap<string, TensorBuffer>>,
): Promise<SearchedModels> {
  const tried = new Map<string, readonly ScoredTask[]>();
  const say = (candidate: Candidate) => candidateWords(config, candidate);
  const found = await search(config, before, async (candidate) => {
    const what = `Value ${tried.size + 1} of at most ${config.evaluations}, ${say(candidate)}`;
    const { tasks } = await choosing.evaluate(await place(candidate), what);
    const scored = tasks.map(scoredTask);
    tried.set(candidateText(candidate), scored);
    return meanLoss(scored);
  });
  if (!found) throw new RangeError('A search that is not stopped has a best value.');
  const best = found.best.value;
  const first = await reporting.evaluate(await place(before), `Reporting, ${say(before)}`);
  const isSame = candidateText(best) === candidateText(before);
  const evaluation = isSame
    ? first
    : await reporting.evaluate(await place(best), `Reporting, ${say(best)}`);
  const on = (candidate: Candidate) => tried.get(candidateText(candidate)) ?? [];
  const outcome = searchOutcome(
    [on(before), on(best)],
    [first.tasks.map(scoredTask), evaluation.tasks.map(scoredTask)],
  );
  return {
    best,
    evaluation,
    report: {
      name: config.name,
      before,
      best,
      values: found.all.map(({ value, loss }) => ({
        ...value,
        loss,
        accuracy: meanAccuracy(on(value)),
      })),
      ...outcome,
      splits: splitsOf(reporting),
      reportingBefore: first.results,
    },
  };
}

export function candidateWords(
  { name }: Pick<SearchConfig, 'name'>,
  { scalingFactor, weights }: Candidate,
): string {
  return name === 'lambda' ? `scaling factor ${scalingFactor}` : `weights ${weights.join(', ')}`;
}

export function scoredTask({ labels, tally }: Evaluated): ScoredTask {
  return { labels, tally };
}

/** The tasks' splits, by name. */
export function splitsOf({ tasks }: OpenedTaskPool): SearchReport['splits'] {
  return Object.fromEntries(tasks.map((task) => [task.name, splitOf(task)]));
}

/** As `train_validation_split` takes it. */
function splitOf({ validation }: OpenedTask): SearchReport['splits'][string] {
  if (!validation) throw new RangeError('Every task of a search is split.');
  const { size, seed, part } = validation;
  return {
    validation_fraction: 'fraction' in size ? size.fraction : null,
    validation_size: 'rows' in size ? size.rows : null,
    random_seed: seed,
    return_split: part,
  };
}
