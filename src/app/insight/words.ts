/** What the views of a task's pictures say. */
import type { ComparedModel, PictureGroup, PictureGuess, TaskView } from '../../state/types';
import { formatFactor, formatPercent } from '../format';

export const MODELS: readonly ComparedModel[] = ['pretrained', 'merged', 'expert'];

export const MODEL_NAMES: Readonly<Record<ComparedModel, string>> = {
  pretrained: 'Pretrained',
  merged: 'Merged',
  expert: 'Expert',
};

/** In the order in which they are offered. */
export const GROUPS: readonly { readonly id: PictureGroup; readonly title: string }[] = [
  { id: 'all', title: 'All' },
  { id: 'lost', title: 'Lost by merging' },
  { id: 'gained', title: 'Gained by merging' },
  { id: 'unlearned', title: 'Only the expert' },
  { id: 'all wrong', title: 'All wrong' },
];

/** What the pictures of a group have in common, in one sentence. */
export const GROUP_MEANINGS: Readonly<Record<PictureGroup, string>> = {
  all: 'Every picture, in the order of the task.',
  lost: 'The pretrained model is right, the merged one wrong.',
  gained: 'The pretrained model is wrong, the merged one right.',
  unlearned: 'The task’s expert is right, the merged model wrong.',
  'all wrong': 'No model is right.',
};

export function className({ classnames }: Pick<TaskView, 'classnames'>, label: number): string {
  return classnames[label] ?? '';
}

/** `merged: ring, 71.2 %, wrong (at 0.30)`. */
export function guessText(
  task: Pick<TaskView, 'classnames'>,
  model: ComparedModel,
  guess: PictureGuess | null,
): string {
  const [first] = guess?.top ?? [];
  if (!guess || !first) return `${MODEL_NAMES[model].toLowerCase()}: not scored`;
  const right = guess.right ? 'right' : 'wrong';
  const at = guess.at === undefined ? '' : ` (at ${formatFactor(guess.at)})`;
  const named = className(task, first.label);
  return `${MODEL_NAMES[model].toLowerCase()}: ${named}, ${formatPercent(first.probability)}, ${right}${at}`;
}
