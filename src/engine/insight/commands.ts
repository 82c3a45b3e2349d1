/** Looking at a task's pictures: nothing here computes or changes anything. */
import type { SampleImage } from '../api';
import type { ScoreBook } from '../scoring/book';
import type { EngineKind } from '../scoring/keys';
import type { Demand } from '../scoring/plan';
import { showable } from '../tasks/showable';
import { pictureAt } from '../tasks/view';
import type { Task } from '../value';
import { comparedScores } from './guesses';
import { taskInsight } from './task-insight';
import type { PictureQuery, TaskInsight } from './types';

export interface InsightParts {
  readonly book: ScoreBook;
  readonly kind: () => EngineKind;
  /** What is to be scored now; null where nothing can be. */
  readonly demand: () => Demand | null;
  readonly tasks: () => readonly Task[];
}

export function createInsight({ book, kind, demand, tasks }: InsightParts) {
  return {
    /** Null where the task is not scored. */
    taskInsight(taskId: string, query: PictureQuery): TaskInsight | null {
      const wanted = demand();
      const scores = wanted && comparedScores(book, wanted, kind(), taskId);
      return scores && taskInsight(scores, query);
    },
    /** Those that are there, in the order that is asked for, as a browser draws them. */
    taskPictures(taskId: string, indices: readonly number[]): Promise<SampleImage[]> {
      const task = tasks().find(({ id }) => id === taskId);
      const found = indices.flatMap((index) => (task && pictureAt(task, index)) ?? []);
      return Promise.all(found.map(showable));
    },
  };
}
