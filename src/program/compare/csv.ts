/** The table of a comparison as a file: shares from 0 to 1, the best first. */
import { csvText } from '../../csv';
import { bestFirst, type ComparedRow } from './compare';

const HEADER = [
  'model',
  'title',
  'scaling_factor',
  'options',
  'values_tried',
  'images_to_choose_by',
  'accuracy_to_choose_by',
  'loss_to_choose_by',
  'chosen',
  'images',
  'accuracy',
  'accuracy_low',
  'accuracy_high',
  'loss',
  'less_task_arithmetic',
  'difference_low',
  'difference_high',
  'mcnemar_p',
  'seconds',
  'failure',
] as const;

/** The first columns, by which an earlier table is known. */
export const CSV_BEGINNING = HEADER.slice(0, 5).join(',');

/** Behind its own columns the accuracy on each task, by name. Intervals are of 95 %. */
export function comparisonCsv(rows: readonly ComparedRow[]): string {
  const tasks = [...new Set(rows.flatMap((row) => row.tasks.map(({ task }) => task)))];
  const lines = bestFirst(rows).map((row) => {
    const { choosing, reporting, difference } = row;
    return [
      row.name,
      row.title,
      row.scalingFactor ?? '',
      row.kind === 'method' ? JSON.stringify(row.options) : '',
      row.tried,
      choosing?.pictures ?? '',
      choosing?.accuracy ?? '',
      choosing?.loss ?? '',
      row.chosen ? 1 : 0,
      reporting?.pictures ?? '',
      reporting?.accuracy ?? '',
      ...(reporting?.interval ?? ['', '']),
      reporting?.loss ?? '',
      difference?.difference ?? '',
      ...(difference?.interval ?? ['', '']),
      difference?.pValue ?? '',
      row.seconds.toFixed(1),
      row.failure ?? '',
      ...tasks.map((name) => row.tasks.find(({ task }) => task === name)?.accuracy ?? ''),
    ];
  });
  return `${csvText([[...HEADER, ...tasks], ...lines])}\r\n`;
}
