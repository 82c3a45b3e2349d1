/** What the page has measured of what is on screen, for the card of the model that is downloaded. */
import type { CardScore } from '../../program/export/card';
import type { CardFigures } from '../../program/export/card-files';
import type { ScoreColumn, StudioState } from '../api';

/** @param snapshot of the value whose model is downloaded */
export function cardFigures(snapshot: StudioState): CardFigures {
  const { scores } = snapshot;
  const rows = scores.curve.map(({ scalingFactor: factor, average }) => ({
    scalingFactor: factor,
    accuracy: average.accuracy,
    interval: average.interval,
  }));
  return {
    scores: {
      merged: column(scores.merged, snapshot),
      pretrained: column(scores.pretrained, snapshot),
      expert: column(scores.expert, snapshot),
    },
    curve: { rows, of: 'to report on' },
  };
}

function column({ tasks: scores }: ScoreColumn, { tasks }: StudioState): CardScore[] {
  return tasks.flatMap(({ id, name }): CardScore[] => {
    const score = scores[id];
    if (!score || score.scored === 0) return [];
    const { scored, total, correct, accuracy, interval, choosing } = score;
    return [
      {
        task: name,
        n: scored,
        correct,
        ...(scored < total && { available: total }),
        accuracy,
        interval,
        ...(choosing && {
          choosing: {
            n: choosing.scored,
            correct: choosing.correct,
            accuracy: choosing.accuracy,
            interval: choosing.interval,
          },
        }),
      },
    ];
  });
}
