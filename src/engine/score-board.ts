/** The score board of a snapshot: columns, curve and the words of the status line. Pure. */
import type { ScoreBoard, ScoreColumn } from './api';
import { curve, scoreColumn } from './scoring/board';
import type { ScoreBook } from './scoring/book';
import type { ScoringInputs, WeightsId } from './scoring/inputs';
import { expertColumns } from './scoring/plan';

/** Where scoring stands; `text` says what is being done, or what is missing, or what failed. */
export interface ScoringPhase {
  readonly phase: ScoreBoard['phase'];
  readonly text: string;
}

const EMPTY: ScoreColumn = { tasks: {}, average: null };

export function scoreBoard(
  book: ScoreBook,
  inputs: ScoringInputs | null,
  scalingFactor: number,
  sweep: readonly number[],
  { phase, text }: ScoringPhase,
): ScoreBoard {
  const failure = phase === 'failed' ? text : null;
  if (!inputs) {
    return {
      pretrained: EMPTY,
      merged: EMPTY,
      expert: EMPTY,
      curve: [],
      sweep: null,
      phase,
      status: text,
      scored: 0,
      total: 0,
      failure,
    };
  }
  const ofAll = (weights: WeightsId) => inputs.tasks.map((task) => ({ weights, task }));
  const column = (weights: WeightsId) => scoreColumn(book, inputs, ofAll(weights));
  const merging = inputs.experts.length > 0;
  const merged = merging ? column({ kind: 'merged', scalingFactor }) : EMPTY;
  const pretrained = column({ kind: 'pretrained' });
  const shown = Object.values((merging ? merged : pretrained).tasks);
  const scored = shown.reduce((sum, task) => sum + task.scored, 0);
  const begun = new Map(shown.map(({ taskId, total }) => [taskId, total]));
  const total = inputs.tasks.reduce(
    (sum, { id, images }) => sum + (begun.get(id) ?? images.length),
    0,
  );
  const moves = inputs.method.method.kind === 'task vector';
  const points = moves ? curve(book, inputs) : [];
  const swept = sweep.filter((value) => points.some((point) => point.scalingFactor === value));
  return {
    pretrained,
    merged,
    expert: scoreColumn(book, inputs, expertColumns(inputs).flat()),
    curve: points,
    sweep:
      sweep.length > 0 && swept.length < sweep.length
        ? { done: swept.length, of: sweep.length }
        : null,
    phase,
    status: statusText(phase, text, scored, total),
    scored,
    total,
    failure,
  };
}

function statusText(
  phase: ScoreBoard['phase'],
  text: string,
  scored: number,
  total: number,
): string {
  switch (phase) {
    case 'complete':
      return `Scored ${scored} of ${total} images`;
    case 'scoring':
      // Worded unlike the text of a complete board, which alone means done.
      return scored < total ? `${text} (${scored} of ${total} images so far)` : text;
    case 'stopped':
      return `Stopped after ${scored} of ${total} images. Move the slider to go on.`;
    default:
      return text;
  }
}
