/** What models made of every picture, as a table: a row for each model and picture, unreadable ones left out. */
import { csvText } from '../csv';
import type { Tally } from '../taskpool/tally';

/** A model's predictions on a task. */
export interface TaskPredictions {
  readonly model: string;
  readonly task: string;
  readonly classnames: readonly string[];
  /** Of each picture, as are the labels and the tally's. */
  readonly imageNames: readonly string[];
  readonly labels: readonly number[];
  readonly tally: Pick<Tally, 'top'>;
}

const COLUMNS = ['model', 'task', 'picture', 'label', 'prediction', 'probability', 'margin'];

/** With what every such table begins. */
export const PREDICTIONS_BEGINNING = COLUMNS.join(',');

/** Probabilities are kept as float32: nine digits are all of them. */
const DIGITS = 9;

/**
 * Probabilities are the softmax over the task's classes; the margin is by how much the prediction's exceeds the next one's. Picture
 * and classes stand by their names.
 */
export function predictionsCsv(all: readonly TaskPredictions[]): string {
  const rows = all.flatMap(({ model, task, classnames, imageNames, labels, tally }) =>
    labels.flatMap((label, index) => {
      const [first, second] = tally.top(index);
      if (!first) return [];
      const margin = first.probability - (second?.probability ?? 0);
      return [
        [
          model,
          task,
          imageNames[index] ?? '',
          classnames[label] ?? '',
          classnames[first.label] ?? '',
          digits(first.probability),
          digits(margin),
        ],
      ];
    }),
  );
  return `${csvText([COLUMNS, ...rows])}\r\n`;
}

const digits = (value: number) => String(Number(value.toPrecision(DIGITS)));
