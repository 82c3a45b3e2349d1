/** What is in demand, as a text to compare, as a share that is done, and as words. Pure. */
import type { ScoreBook } from './book';
import { curveText, type EngineKind, keyText } from './keys';
import { columns, type Demand, onlyColumn, picturesOf, type Unit } from './plan';

/** Equal texts ask for the same scores. */
export function demandText({
  inputs,
  scalingFactor,
  sweep,
  sweepPictures,
  only,
  column,
}: Demand): string {
  const tasks = inputs.tasks.map(({ key, expert }) => [
    keyText(key),
    expert && keyText(expert.key),
  ]);
  // As text: JSON has no infinity.
  const pictures = String(sweepPictures);
  return JSON.stringify([
    curveText(inputs.key, inputs.layers),
    inputs.experts.length,
    tasks,
    scalingFactor,
    sweep,
    pictures,
    only && [...only].map(([id, rows]) => [id, rows.length, rows[0]]),
    column,
  ]);
}

/** Which part of all pictures in demand has been scored, 0..1. */
export function shareOf(demand: Demand, book: ScoreBook, engine: EngineKind): number {
  let done = 0;
  let all = 0;
  if (demand.only) {
    for (const unit of onlyColumn(demand, engine)) {
      const rows = demand.only.get(unit.task.id) ?? [];
      done += rows.filter((row) => book.find(unit)?.has(row)).length;
      all += rows.length;
    }
    return all === 0 ? 1 : done / all;
  }
  for (const column of columns(demand, engine)) {
    for (const unit of column) {
      const wanted = picturesOf(demand, unit);
      done += Math.min(book.find(unit)?.next ?? 0, wanted);
      all += wanted;
    }
  }
  return all === 0 ? 1 : done / all;
}

/** What is being scored, and how far its column is: worded unlike the text of a complete board, which alone means done. */
export function scoringText(unit: Unit, demand: Demand, book: ScoreBook, engine: EngineKind) {
  const text = describeUnit(unit);
  for (const column of columns(demand, engine)) {
    if (!column.some((other) => other.text === unit.text)) continue;
    const tallies = column.map((other) => ({ other, tally: book.find(other) }));
    const scored = tallies.reduce((sum, { tally }) => sum + (tally?.scored ?? 0), 0);
    const total = tallies.reduce(
      (sum, { other, tally }) =>
        sum + Math.min(tally?.total ?? Infinity, picturesOf(demand, other)),
      0,
    );
    if (scored < total) return `${text} (${scored} of ${total} images so far)`;
  }
  return text;
}

export function describeUnit({ key: { weights }, task }: Unit): string {
  switch (weights.kind) {
    case 'pretrained':
      return `Scoring the pretrained model on ${task.name}`;
    case 'merged':
      return `Scoring the merged model at ${weights.scalingFactor} on ${task.name}`;
    case 'expert':
      return `Scoring the expert of ${task.name}`;
    case 'ensemble':
      return `Scoring the ensemble of the experts on ${task.name}`;
  }
}
