/** A task seen picture by picture: what merging did to each, which classes are confused, how far probabilities hold. Pure. */
import { classification } from '../../taskpool/classification';
import type { ComparedScores } from './guesses';
import type {
  ComparedModel,
  PairGroup,
  PictureGroup,
  PictureGuess,
  PictureGuesses,
  PictureQuery,
  PictureView,
  TaskInsight,
} from './types';

const isWrong = (guess: PictureGuess | null | undefined) => guess?.right === false;

/** Where one of the models has not scored it, a picture is in none of the groups that need it. */
const IN_GROUP: Readonly<Record<PictureGroup, (guesses: PictureGuesses) => boolean>> = {
  all: () => true,
  lost: ({ pretrained, merged }) => pretrained?.right === true && isWrong(merged),
  gained: ({ pretrained, merged }) => isWrong(pretrained) && merged?.right === true,
  unlearned: ({ expert, merged }) => expert?.right === true && isWrong(merged),
  'all wrong': ({ pretrained, merged, expert }) =>
    isWrong(pretrained) && isWrong(merged) && (expert === null || isWrong(expert)),
};
const GROUPS = Object.keys(IN_GROUP) as readonly PictureGroup[];

const IN_PAIR_GROUP: Readonly<Record<PairGroup, (guesses: PictureGuesses) => boolean>> = {
  'only a': ({ a, b }) => a?.right === true && isWrong(b),
  'only b': ({ a, b }) => isWrong(a) && b?.right === true,
  differing: ({ a, b }) => (a && b && a.top[0]?.label !== b.top[0]?.label) === true,
};
const PAIR_GROUPS = Object.keys(IN_PAIR_GROUP) as readonly PairGroup[];
const IN_ANY_GROUP = { ...IN_GROUP, ...IN_PAIR_GROUP };

export function taskInsight(scores: ComparedScores, query: PictureQuery): TaskInsight {
  const { task, rows, tallies, isPair, guess } = scores;
  const groups: Record<PictureGroup, number> & Partial<Record<PairGroup, number>> = {
    all: 0,
    lost: 0,
    gained: 0,
    unlearned: 0,
    'all wrong': 0,
    ...(isPair && { 'only a': 0, 'only b': 0, differing: 0 }),
  };
  const pictures: PictureView[] = [];
  let total = 0;
  for (const index of rows) {
    const label = task.labels[index] ?? -1;
    const guesses: PictureGuesses = {
      pretrained: guess('pretrained', index),
      merged: guess('merged', index),
      expert: guess('expert', index),
      ...(isPair && { a: guess('a', index), b: guess('b', index) }),
    };
    for (const group of GROUPS) if (IN_GROUP[group](guesses)) groups[group]++;
    for (const group of PAIR_GROUPS) {
      if (IN_PAIR_GROUP[group](guesses)) groups[group] = (groups[group] ?? 0) + 1;
    }
    if (!IN_ANY_GROUP[query.group](guesses)) continue;
    if (query.label !== null && label !== query.label) continue;
    if (total >= query.offset && pictures.length < query.limit) {
      pictures.push({ index, name: task.images[index]?.name ?? '', label, guesses });
    }
    total++;
  }
  const insightOf = (model: ComparedModel) => {
    const tally = tallies[model];
    return tally ? classification(tally, task.labels, rows) : null;
  };
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
