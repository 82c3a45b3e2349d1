/**
 * What a screen reader is told of the scoring: few, whole things (begun, a first estimate, complete, stopped, what is
 * missing), where the status line for the eye changes with every batch.
 */
import type { ShownMerged } from './held';
import type { ComparisonView, StudioState } from './types';

export interface Spoken {
  readonly text: string;
  /** The factor that the text is about. */
  readonly scalingFactor: number | null;
  readonly estimated: boolean;
}

export const NOTHING_SPOKEN: Spoken = {
  text: 'Starting the engine',
  scalingFactor: null,
  estimated: false,
};

/** The first estimate of a factor stands until everything of it is scored: it is said once, and not refined aloud. */
export function spokenStatus(previous: Spoken, snapshot: StudioState, merged: ShownMerged): Spoken {
  const { scalingFactor } = snapshot;
  const { phase, status } = snapshot.scores;
  if (phase !== 'preparing' && phase !== 'scoring') {
    return { text: status, scalingFactor, estimated: false };
  }
  const { average } = merged.column;
  if (average === null || merged.averageHeld) {
    return { text: 'Scoring has begun', scalingFactor, estimated: false };
  }
  if (previous.estimated && previous.scalingFactor === scalingFactor) return previous;
  const percent = (average.accuracy * 100).toFixed(1);
  return {
    text: `First estimate: average ${percent} % of the merged model`,
    scalingFactor,
    estimated: true,
  };
}

/** What a comparison came to. */
export function spokenComparison({ rows, of, stopped }: ComparisonView): string {
  const chosen = rows.find((row) => row.chosen);
  const counted = stopped ? `${rows.length} of ${of} models` : `${rows.length} models`;
  if (!chosen?.reporting) return `Compared ${counted}.`;
  const percent = (chosen.reporting.accuracy * 100).toFixed(1);
  return `Compared ${counted}. Least loss on the pictures to choose by: ${chosen.title}, ${percent} % on the others.`;
}
