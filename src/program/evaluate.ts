/**
 * Scores one model on a task from the first image to the last, as FusionBench's `CLIPVisionModelTaskPool.evaluate`
 * does. The page scores batch by batch and changes its mind; a program's run does not.
 */
import { FormatError } from '../errors';
import { letMessagesIn } from '../runtime/let-messages-in';
import { classification } from '../taskpool/classification';
import {
  type ScoringEnsemble,
  type ScoringModel,
  type ScoringTask,
  scoreBatch,
} from '../taskpool/score';
import { wilsonInterval } from '../taskpool/statistics/wilson-interval';
import { createTally, type Tally } from '../taskpool/tally';
import { unreadablePictures } from '../taskpool/unreadable';
import { namedClassification, type TaskResult } from './report';

export interface EvaluatedTask extends ScoringTask {
  readonly name: string;
  readonly classnames: readonly string[];
  /** File name of each image, for messages. */
  readonly imageNames: readonly string[];
  /** Images there are, where these are a sample of them. */
  readonly available?: number;
}

/** What a task's numbers are told with. */
export type ScoredBefore = Pick<
  EvaluatedTask,
  'name' | 'classnames' | 'imageNames' | 'labels' | 'available'
>;

export interface EvaluateOptions {
  readonly signal?: AbortSignal;
  /** Called after every batch. */
  readonly onProgress?: (task: string, scored: number, total: number) => void;
  /** A picture that cannot be read is passed over, unless this throws. */
  readonly onUnreadable?: (task: string, image: string, reason: string) => void;
  /** Images per batch of the reported loss: FusionBench averages batches, 1 where `dataloader_kwargs` says nothing. */
  readonly lossBatchSize?: number;
}

/** Batches whose pictures are prepared beside the scoring. */
const BATCHES_AHEAD = 3;

/** A task's numbers, and what they were counted from. */
export interface Evaluated {
  readonly result: TaskResult;
  readonly labels: readonly number[];
  readonly tally: Tally;
}

/**
 * Scores one model on one task.
 * @throws DeviceError where the model's output is not finite, FormatError where no picture of the task can be read, and the
 *   signal's reason
 */
export async function evaluateTask(
  model: ScoringModel | ScoringEnsemble,
  task: EvaluatedTask,
  { signal, onProgress, onUnreadable, lossBatchSize }: EvaluateOptions = {},
): Promise<Evaluated> {
  const tally = createTally(task.order.length, task.head.classes);
  while (!tally.complete) {
    const told = tally.unreadable.length;
    const soon = tally.next + BATCHES_AHEAD * model.tower.batch;
    await task.patches.ahead(task.order.slice(tally.next, soon));
    await scoreBatch(model, task, tally, signal);
    const found = unreadablePictures(tally.unreadable.slice(told), task.imageNames);
    for (const { image, reason } of found) onUnreadable?.(task.name, image, reason);
    onProgress?.(task.name, tally.scored, tally.total);
    await letMessagesIn();
  }
  const { scored } = tally;
  const unreadable = unreadablePictures(tally.unreadable, task.imageNames);
  if (scored === 0) {
    throw new FormatError(
      task.name,
      `None of its pictures can be read. The first, ${unreadable[0]?.image}: ${unreadable[0]?.reason}`,
    );
  }
  return { result: taskResult(task, tally, lossBatchSize), labels: task.labels, tally };
}

/** What `evaluateTask` gives, of a task that was scored before; unreadable pictures are told of as then. */
export function evaluatedBefore(
  task: ScoredBefore,
  tally: Tally,
  { onUnreadable, lossBatchSize }: Pick<EvaluateOptions, 'onUnreadable' | 'lossBatchSize'> = {},
): Evaluated {
  for (const { image, reason } of unreadablePictures(tally.unreadable, task.imageNames)) {
    onUnreadable?.(task.name, image, reason);
  }
  return { result: taskResult(task, tally, lossBatchSize), labels: task.labels, tally };
}

function taskResult(task: ScoredBefore, tally: Tally, lossBatchSize?: number): TaskResult {
  const { scored, correct } = tally;
  const unreadable = unreadablePictures(tally.unreadable, task.imageNames);
  const figures = classification(tally, task.labels);
  if (!figures) throw new Error(`nothing of ${task.name} is scored`);
  return {
    task: task.name,
    n: scored,
    correct,
    ...(task.available === undefined ? {} : { available: task.available }),
    accuracy: correct / scored,
    interval: wilsonInterval(correct, scored),
    loss: tally.loss(lossBatchSize),
    sampleLoss: tally.sampleLoss,
    perClass: tally.perClass.map((counts, i) => ({
      classname: task.classnames[i] ?? '',
      n: counts.scored,
      correct: counts.correct,
    })),
    classification: namedClassification(figures, task.classnames),
    ...(unreadable.length > 0 ? { unreadable } : {}),
  };
}
