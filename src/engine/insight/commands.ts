/** Looking at a task's pictures: nothing here computes or changes anything. */
import { type Classification, classification } from '../../taskpool/classification';
import type { SampleImage } from '../api';
import type { Pair } from '../pins/types';
import type { ScoreBook } from '../scoring/book';
import type { EngineKind } from '../scoring/keys';
import type { Demand } from '../scoring/plan';
import { showable } from '../tasks/showable';
import { pictureAt } from '../tasks/view';
import type { Task } from '../value';
import { comparedScores, type PairColumns } from './guesses';
import { taskInsight } from './task-insight';
import type { ComparedModel, PicturePlace, PictureQuery, PictureStory, TaskInsight } from './types';

export interface InsightParts {
  readonly book: ScoreBook;
  readonly kind: () => EngineKind;
  /** What is to be scored now; null where nothing can be. */
  readonly demand: () => Demand | null;
  readonly tasks: () => readonly Task[];
  /** What the scores of two merges are looked up by. */
  readonly columns: (pair: Pair) => PairColumns;
}

export function createInsight({ book, kind, demand, tasks, columns }: InsightParts) {
  const scoresOf = (taskId: string, pair?: Pair) => {
    const wanted = demand();
    return wanted && comparedScores(book, wanted, kind(), taskId, pair ? columns(pair) : null);
  };
  return {
    /** Null where the task is not scored. */
    taskInsight(taskId: string, query: PictureQuery): TaskInsight | null {
      const scores = scoresOf(taskId, query.pair);
      return scores && taskInsight(scores, query);
    },
    /** Of the pictures that are reported on; null where the model has scored none of them. */
    figures(taskId: string, model: ComparedModel): Classification | null {
      const scores = scoresOf(taskId);
      const tally = scores?.tallies[model];
      return tally ? classification(tally, scores.task.labels, scores.rows) : null;
    },
    /** The picture that best shows what the scaling factor does; null while there is none. */
    async story(before: PicturePlace | null): Promise<PictureStory | null> {
      // Loaded for the demo, of which alone it is told.
      const { pictureStory } = await import('./story');
      const wanted = demand();
      return wanted && pictureStory(book, wanted, kind(), before);
    },
    /** Those that are there, in the order that is asked for, as a browser draws them. */
    taskPictures(taskId: string, indices: readonly number[]): Promise<SampleImage[]> {
      const task = tasks().find(({ id }) => id === taskId);
      const found = indices.flatMap((index) => (task && pictureAt(task, index)) ?? []);
      return Promise.all(found.map(showable));
    },
  };
}
