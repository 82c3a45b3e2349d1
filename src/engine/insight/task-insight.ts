/** A task seen picture by picture: what merging did to each, which classes are confused, how far probabilities hold. Pure. */
import { TOP } from '../../taskpool/classify';
import { calibration } from '../../taskpool/statistics/calibration';
import { confusionCells } from '../../taskpool/statistics/confusion';
import { topK } from '../../taskpool/statistics/top-k';
import type { Tally } from '../../taskpool/tally';
import type { ComparedScores } from './guesses';
import type {
  ComparedModel,
  ModelInsight,
  PictureGroup,
  PictureGuess,
  PictureQuery,
  PictureView,
  TaskInsight,
} from './types';

type Guesses = Readonly<Record<ComparedModel, PictureGuess | null>>;

const isWrong = (guess: PictureGuess | null) => guess !== null && !guess.right;

/** Where one of the models has not scored it, a picture is in none of the groups that need it. */
const IN_GROUP: Readonly<Record<PictureGroup, (guesses: Guesses) => boolean>> = {
  all: () => true,
  lost: ({ pretrained, merged }) => pretrained?.right === true && isWrong(merged),
  gained: ({ pretrained, merged }) => isWrong(pretrained) && merged?.right === true,
  unlearned: ({ expert, merged }) => expert?.right === true && isWrong(merged),
  'all wrong': ({ pretrained, merged, expert }) =>
    isWrong(pretrained) && isWrong(merged) && (expert === null || isWrong(expert)),
};
const GROUPS = Object.keys(IN_GROUP) as readonly PictureGroup[];

export function taskInsight(scores: ComparedScores, query: PictureQuery): TaskInsight {
  const { task, rows, tallies, guess } = scores;
  const groups: Record<PictureGroup, number> = {
    all: 0,
    lost: 0,
    gained: 0,
    unlearned: 0,
    'all wrong': 0,
  };
  const pictures: PictureView[] = [];
  let total = 0;
  for (const index of rows) {
    const label = task.labels[index] ?? -1;
    const guesses: Guesses = {
      pretrained: guess('pretrained', index),
      merged: guess('merged', index),
      expert: guess('expert', index),
    };
    for (const group of GROUPS) if (IN_GROUP[group](guesses)) groups[group]++;
    if (!IN_GROUP[query.group](guesses)) continue;
    if (query.label !== null && label !== query.label) continue;
    if (total >= query.offset && pictures.length < query.limit) {
      pictures.push({ index, name: task.images[index]?.name ?? '', label, guesses });
    }
    total++;
  }
  const insightOf = (model: ComparedModel) => modelInsight(tallies[model], task.labels, rows);
  return {
    groups,
    total,
    pictures,
    models: {
      pretrained: insightOf('pretrained'),
      merged: insightOf('merged'),
      expert: insightOf('expert'),
    },
  };
}

/** Over those of `rows` that are scored; null where none is. */
export function modelInsight(
  tally: Tally | undefined,
  labels: readonly number[],
  rows: readonly number[],
): ModelInsight | null {
  if (!tally) return null;
  const { predictions, ranks } = tally;
  const scored = rows.filter((row) => (predictions[row] ?? -1) >= 0);
  if (scored.length === 0) return null;
  const confidenceOf = (row: number) => tally.top(row)[0]?.probability ?? 0;
  return {
    scored: scored.length,
    correct: topK(1, ranks, predictions, scored),
    top5: topK(TOP, ranks, predictions, scored),
    confusion: confusionCells(labels, predictions, scored),
    calibration: calibration(labels, predictions, confidenceOf, scored),
  };
}
