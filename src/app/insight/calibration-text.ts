/** A model's calibration in words. Pure. */
import type { ComparedModel, ModelInsight } from '../../state/types';
import { MODEL_NAMES } from './words';

/** Nearer than this, in the mean over all pictures, a model is called neither too sure nor too unsure: half a point. */
const ABOUT = 0.005;

/** Mean probability of the predictions. */
export function meanConfidence({ calibration, scored }: ModelInsight): number {
  return calibration.bins.reduce(
    (sum, { images, confidence }) => sum + (images * (confidence ?? 0)) / scored,
    0,
  );
}

/** `Merged is too sure of itself: by 12.3 points on average.` */
export function calibrationText(model: ComparedModel, figures: ModelInsight): string {
  const difference = meanConfidence(figures) - figures.correct / figures.scored;
  const name = MODEL_NAMES[model];
  if (Math.abs(difference) < ABOUT) return `${name} is as sure as it is right, on average.`;
  const points = `${(Math.abs(difference) * 100).toFixed(1)} points`;
  return difference > 0
    ? `${name} is surer than it is right: by ${points} on average.`
    : `${name} is less sure than it is right: by ${points} on average.`;
}
