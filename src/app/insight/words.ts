/** What the views of a task's pictures say. */
import type {
  ComparedModel,
  PairGroup,
  PairName,
  PictureGroup,
  PictureGuess,
  TaskView,
} from '../../state/types';
import { formatFactor, formatPercent } from '../format';

/** A model that is shown beside a picture. */
export type ShownModel = ComparedModel | PairName;

export const MODELS: readonly ComparedModel[] = ['pretrained', 'merged', 'expert'];

export const PAIR: readonly PairName[] = ['a', 'b'];

export const MODEL_NAMES: Readonly<Record<ShownModel, string>> = {
  pretrained: 'Pretrained',
  merged: 'Merged',
  expert: 'Expert',
  a: 'A',
  b: 'B',
};

/** In the order in which they are offered. */
export const GROUPS: readonly { readonly id: PictureGroup; readonly title: string }[] = [
  { id: 'all', title: 'All' },
  { id: 'lost', title: 'Lost by merging' },
  { id: 'gained', title: 'Gained by merging' },
  { id: 'unlearned', title: 'Only the expert' },
  { id: 'all wrong', title: 'All wrong' },
];

/** Of two merges that are compared, in the order in which they are offered. */
export const PAIR_GROUPS: readonly { readonly id: PairGroup; readonly title: string }[] = [
  { id: 'only a', title: 'A right, B wrong' },
  { id: 'only b', title: 'B right, A wrong' },
  { id: 'differing', title: 'A and B differ' },
];

/** What the pictures of a group have in common, in one sentence. */
export const GROUP_MEANINGS: Readonly<Record<PictureGroup | PairGroup, string>> = {
  all: 'Every picture, in the order of the task.',
  lost: 'The pretrained model is right, the merged one wrong.',
  gained: 'The pretrained model is wrong, the merged one right.',
  unlearned: 'The task’s expert is right, the merged model wrong.',
  'all wrong': 'No model is right.',
  'only a': 'A is right, B is wrong.',
  'only b': 'B is right, A is wrong.',
  differing: 'A and B take it for different classes, whichever is right.',
};

export function className({ classnames }: Pick<TaskView, 'classnames'>, label: number): string {
  return classnames[label] ?? '';
}

/** `merged: ring, 71.2 %, wrong (at 0.30)`. */
export function guessText(
  task: Pick<TaskView, 'classnames'>,
  model: ShownModel,
  guess: PictureGuess | null | undefined,
): string {
  const spoken = model === 'a' || model === 'b' ? MODEL_NAMES[model] : model;
  const [first] = guess?.top ?? [];
  if (!guess || !first) return `${spoken}: not scored`;
  const right = guess.right ? 'right' : 'wrong';
  const at = guess.at === undefined ? '' : ` (at ${formatFactor(guess.at)})`;
  const named = className(task, first.label);
  return `${spoken}: ${named}, ${formatPercent(first.probability)}, ${right}${at}`;
}
