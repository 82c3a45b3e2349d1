/** The card beside a merged model, and the curve that it shows. */
import { type CardInput, type CardScores, modelCard } from './card';
import { type CurveRow, curveSvg } from './curve-svg';
import { CARD_FILE, CURVE_FILE } from './formats';
import { type ModelFile, textFile } from './model-files';

/** What was measured, as far as it is known when the model is saved. */
export interface CardFigures {
  readonly scores: Omit<CardScores, 'curve'>;
  readonly curve: {
    readonly rows: readonly CurveRow[];
    readonly of: NonNullable<CardScores['curve']>;
  } | null;
}

const NO_FIGURES: CardFigures = {
  scores: { merged: [], pretrained: [], expert: [] },
  curve: null,
};

/** Fewer points are no curve. */
const MIN_POINTS = 2;

export function cardFiles(
  input: Omit<CardInput, 'scores'>,
  { scores, curve }: CardFigures = NO_FIGURES,
): ModelFile[] {
  const { scalingFactor } = input.recipe;
  const drawn = curve && scalingFactor !== null && curve.rows.length >= MIN_POINTS ? curve : null;
  const text = modelCard({ ...input, scores: { ...scores, curve: drawn?.of ?? null } });
  return [
    textFile(CARD_FILE, text),
    ...(drawn ? [textFile(CURVE_FILE, curveSvg(drawn.rows, scalingFactor))] : []),
  ];
}
